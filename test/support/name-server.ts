import DNS from 'dns2';

const { CLASS } = DNS.Packet;

/** The numbers of the types of records, by name. */
export const { TYPE } = DNS.Packet;

type Fields = Readonly<Record<string, unknown>>;

/** A name server on loopback that answers every question with these records. */
export async function startNameServer(records: readonly Fields[], further: readonly Fields[] = []) {
  const server = DNS.createServer({
    udp: true,
    handle(request, send) {
      const response = DNS.Packet.createResponseFromRequest(request);
      Object.assign(response.header, { rcode: records.length > 0 ? 0 : 3 });
      const named = (fields: Fields) => ({ name: request.questions[0]?.name, class: CLASS.IN, ttl: 5, ...fields });
      Object.assign(response, { answers: records.map(named), additionals: further.map(named) });
      send(response);
    },
  });
  await server.listen({ udp: { port: 0, address: '127.0.0.1' } });
  return {
    port: server.addresses().udp?.port ?? 0,
    async [Symbol.asyncDispose]() {
      await server.close();
    },
  };
}
