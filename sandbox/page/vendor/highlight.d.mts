// The part of highlight.js that the page uses; the build puts the browser build with its common languages beside this.
declare const highlighter: {
  getLanguage(name: string): object | undefined;
  highlight(
    code: string,
    options: { readonly language: string; readonly ignoreIllegals: boolean },
  ): { readonly value: string };
};
// biome-ignore lint/style/noDefaultExport: that is how the library comes
export default highlighter;
