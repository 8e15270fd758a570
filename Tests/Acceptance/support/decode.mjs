// Prints what this Node's EventSource makes of a stream: node --experimental-eventsource decode.mjs ADDRESS NAME…
const [address, ...names] = process.argv.slice(2);
const source = new EventSource(address);
const heard = [];
for (const name of names) {
  source.addEventListener(name, (event) => {
    // An `error` of the connection, unlike one of the stream, carries no data: the stream has ended.
    if (event.data !== undefined) heard.push({ name: event.type, id: event.lastEventId, data: event.data });
  });
}
source.addEventListener("error", (event) => {
  if (event.data !== undefined) return;
  source.close();
  process.stdout.write(JSON.stringify(heard));
});
