// Calls one method of a service of which it has no stubs: the contract comes by server reflection.
//
//   CLIENT_ID=… CLIENT_SECRET=… node call.js TOKEN_URL HOST:PORT \
//       childsupport.case.v1.CaseReadService/GetCase '{"case_number": "…"}'
//
// Gets a token (OAuth 2.0 client credentials), reads the contract, calls. Prints the answer as JSON; or, with exit code 1, the error: code, message, reason, fields.

import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";
import protobuf from "protobufjs";

const DEADLINE_MS = 10_000;
const REFLECTION = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
const ERROR_DETAILS = "grpc-status-details-bin";

// The few messages that one must know before reflection can tell the rest, as far as they are read.
const known = protobuf.Root.fromJSON({
  nested: {
    Request: { fields: { symbol: { type: "string", id: 4 } } },
    Files: { fields: { files: { rule: "repeated", type: "bytes", id: 1 } } },
    Refusal: { fields: { message: { type: "string", id: 2 } } },
    Response: { fields: { files: { type: "Files", id: 4 }, refusal: { type: "Refusal", id: 7 } } },
    FileSet: { fields: { file: { rule: "repeated", type: "bytes", id: 1 } } },
    Status: { fields: { details: { rule: "repeated", type: "Detail", id: 3 } } },
    Detail: { fields: { kind: { type: "string", id: 1 }, value: { type: "bytes", id: 2 } } },
    ErrorInfo: { fields: { reason: { type: "string", id: 1 } } },
    BadRequest: { fields: { violations: { rule: "repeated", type: "Violation", id: 1 } } },
    Violation: {
      fields: { field: { type: "string", id: 1 }, description: { type: "string", id: 2 } },
    },
  },
});

const encode = (name) => (value) => Buffer.from(known.lookupType(name).encode(value).finish());
const decode = (name) => (bytes) => known.lookupType(name).decode(bytes);

// The server names the file of a symbol together with all that it imports.
function contractOf(service, target, credentials) {
  const client = new grpc.Client(target, credentials);
  return new Promise((resolve, reject) => {
    const deadline = new Date(Date.now() + DEADLINE_MS);
    const stream = client.makeBidiStreamRequest(
      REFLECTION, encode("Request"), decode("Response"), { deadline });
    stream.on("error", reject);
    stream.on("data", (answer) => {
      stream.end();
      if (answer.refusal) {
        reject(new Error(`${service}: ${answer.refusal.message}`));
        return;
      }
      const set = encode("FileSet")({ file: answer.files.files });
      resolve(loader.loadFileDescriptorSetFromBuffer(set, { keepCase: true, longs: String, enums: String }));
    });
    stream.write({ symbol: service });
  }).finally(() => client.close());
}

function readDetails(metadata) {
  const [raw] = metadata.get(ERROR_DETAILS);
  const found = { fields: [] };
  for (const { kind, value } of raw ? decode("Status")(raw).details : []) {
    if (kind.endsWith("google.rpc.ErrorInfo")) found.reason = decode("ErrorInfo")(value).reason;
    if (kind.endsWith("google.rpc.BadRequest")) found.fields = decode("BadRequest")(value).violations;
  }
  return found;
}

async function fetchToken(url) {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: process.env.CLIENT_ID,
    client_secret: process.env.CLIENT_SECRET,
  });
  const answer = await fetch(url, { method: "POST", body: form });
  if (!answer.ok) throw new Error(`no token: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).access_token;
}

const [tokenUrl, target, path, request] = process.argv.slice(2);
const [service, method] = path.split("/");
const credentials = grpc.credentials.createInsecure();
const definition = (await contractOf(service, target, credentials))[service];
const Client = grpc.makeClientConstructor(definition, service);
const client = new Client(target, credentials);
const metadata = new grpc.Metadata();
metadata.set("authorization", `Bearer ${await fetchToken(tokenUrl)}`);
client[method](JSON.parse(request), metadata, { deadline: Date.now() + DEADLINE_MS }, (error, answer) => {
  client.close();
  if (error) {
    console.log(JSON.stringify({ code: error.code, message: error.details, ...readDetails(error.metadata) }));
    process.exitCode = 1;
  } else {
    console.log(JSON.stringify(answer));
  }
});
