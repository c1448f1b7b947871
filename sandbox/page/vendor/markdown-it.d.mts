// The types of the file that the build puts beside this one.
export { default, type StateCore, type Token } from "markdown-it";
