// Texts that try to run something, to fetch something or to lead somewhere.
export const HOSTILE = [
  '<img src=x onerror="window.harm = 1">',
  "<script>window.harm = 1</script><style>body { display: none }</style>",
  "[click](javascript:window.harm=1) [data](data:text/html,<script>window.harm=1</script>) <javascript:window.harm=1>",
  '![x](https://evil.example/pixel.png "onload=harm") ![y](javascript:window.harm=1)',
  '[x](https://example.com/"onmouseover="window.harm=1) `<b onclick=harm>`',
  '```html"><img src=x onerror=window.harm=1>\n</code></pre><img src=x onerror=window.harm=1>\n```',
  "| <img src=x onerror=window.harm=1> | b |\n|:-:|--:|\n| <svg onload=window.harm=1> | [x](vbscript:harm) |",
  "@alice<img src=x onerror=window.harm=1> :+1: :constructor: &lt;img src=x onerror=window.harm=1&gt;",
];
