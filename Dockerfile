# mm-claude and Claude Code, for a user without rights. How to run it: docs/administration.md.

FROM node:22-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm pack --ignore-scripts --pack-destination /tmp

FROM node:22-bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git openssh-client ripgrep tini \
  && rm -rf /var/lib/apt/lists/*
ARG CLAUDE_CODE_VERSION=latest
COPY --from=build /tmp/mattermost-claude-code-*.tgz /tmp/
RUN npm install --global /tmp/mattermost-claude-code-*.tgz "@anthropic-ai/claude-code@${CLAUDE_CODE_VERSION}" \
  && npm cache clean --force \
  && rm /tmp/mattermost-claude-code-*.tgz
# What is kept survives a new container where this is a volume.
RUN mkdir /work && chown node:node /work
USER node
WORKDIR /work
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["mm-claude", "status"]
# Claude's commands leave processes behind that somebody has to bury.
ENTRYPOINT ["tini", "--", "mm-claude"]
