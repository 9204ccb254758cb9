// The SharedWorker that holds the one event stream of this browser.
import { LiveHub, type ToHub } from "./live-hub";

const hub = new LiveHub();

(self as unknown as { onconnect: (event: MessageEvent) => void }).onconnect = (event) => {
  const port = event.ports[0];
  if (!port) return;
  port.onmessage = (message: MessageEvent<ToHub>) => {
    if (message.data.kind === "bye") hub.bye(port);
    else hub.hello(port, message.data, (answer) => port.postMessage(answer));
  };
};
