// What `/config/client?format=old` says: the settings clients of this kind read, every value a text as on the server.
import type { ServerVersion } from "./store.ts";

export function clientConfig(options: {
  readonly version: ServerVersion;
  readonly maxPostSize: number;
  readonly maxFileSize: number;
  readonly postEditTimeLimit: number;
  readonly usernameOverride: boolean;
  readonly siteUrl: string;
  readonly startedAt: number;
}): Record<string, string> {
  return {
    BuildEnterpriseReady: "",
    CollapsedThreads: "always_on",
    DefaultClientLocale: "en",
    EnableBotAccountCreation: "true",
    EnableChannelViewedMessages: "true",
    EnableCommands: "true",
    EnableConfirmNotificationsToChannel: "true",
    EnableFileAttachments: "true",
    EnableIncomingWebhooks: "true",
    EnablePostIconOverride: String(options.usernameOverride),
    EnablePostUsernameOverride: String(options.usernameOverride),
    EnableSignInWithUsername: "true",
    EnableUserAccessTokens: "true",
    EnableUserTypingMessages: "true",
    InstallationDate: String(options.startedAt),
    MaxFileSize: String(options.maxFileSize),
    MaxNotificationsPerChannel: "1000",
    MaxPostSize: String(options.maxPostSize),
    PluginsEnabled: "false",
    PostEditTimeLimit: String(options.postEditTimeLimit),
    ShowEmailAddress: "true",
    ShowFullName: "true",
    SiteName: "Mattermost",
    SiteURL: options.siteUrl,
    TeammateNameDisplay: "username",
    TimeBetweenUserTypingUpdatesMilliseconds: "5000",
    Version: `${options.version}.0`,
    WebsocketPort: "80",
    WebsocketSecurePort: "443",
    WebsocketURL: "",
  };
}
