// The same routes on Node's own HTTP server, without a framework.
import { createServer } from "node:http";

const blob = Buffer.alloc(1 << 20, "x");
const text = { "Content-Type": "text/plain; charset=utf-8" };

function send(response, headers, body) {
  response.writeHead(200, { ...headers, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  switch (url.pathname) {
    case "/plaintext":
      return send(response, text, "Hello, World!");
    case "/json": {
      const specification = { faces: [1, 2, 3, 4, 5, 6], error_rate: 0 };
      const body = JSON.stringify({ identifier: url.searchParams.get("die"), specification });
      return send(response, { "Content-Type": "application/json" }, body);
    }
    case "/sleep":
      return setTimeout(() => send(response, text, "Hello, World!"), Number(url.searchParams.get("ms")));
    case "/blob":
      return send(response, { "Content-Type": "application/octet-stream" }, blob);
    case "/upload": {
      let count = 0;
      request.on("data", (piece) => (count += piece.length));
      return request.on("end", () => send(response, text, String(count)));
    }
    default:
      response.writeHead(404).end();
  }
});
server.keepAliveTimeout = 0;
server.listen(Number(process.argv[2]), "127.0.0.1", 1024);
