// A SAML identity provider for the tests: Auth0's samlp. Called with a port, our origin, a certificate and its key.
import { readFileSync } from "node:fs";
import express from "express";
import samlp from "samlp";
import SessionParticipants from "samlp/lib/sessionParticipants/index.js";

const [port, ours, certificate, key] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}/metadata`;
const own = { issuer, cert: readFileSync(certificate), key: readFileSync(key) };
const people = new Map();
const participants = new SessionParticipants([]);
const kept = new Map();
let how = {};
let count = 0;

function Told(person) {
  return {
    getClaims: () => Object.fromEntries(Object.entries(person.attributes)),
    getNameIdentifier: () => ({ nameIdentifier: person.id, nameIdentifierFormat: person.format }),
  };
}
Told.prototype = { metadata: [] };

const store = {
  save: (_request, data, done) => {
    kept.set(String(++count), data);
    done(null, String(count));
  },
  load: (_request, handle, options, done) => (done ?? options)(null, kept.get(String(handle))),
  update: (_request, handle, data, done) => {
    kept.set(String(handle), data);
    done();
  },
};

const app = express();
app.use(express.json(), express.urlencoded({ extended: false }));
app.put("/how", (request, response) => {
  how = request.body;
  participants._participants.length = 0;
  response.end();
});
app.put("/people/:id", (request, response) => {
  people.set(request.params.id, request.body);
  response.end();
});
app.get("/metadata", samlp.metadata({ ...own, redirectEndpointPath: "/sso", postEndpointPath: "/sso", logoutEndpointPaths: { redirect: "/logout" }, profileMapper: Told }));
app.get("/sso", (_request, response) => {
  const buttons = [...people.keys()].map((id) => `<button name="id" value="${id}">${id}</button>`);
  response.send(`<title>Company SAML</title><form method="post">${buttons.join("")}</form>`);
});
app.post("/sso", (request, response, next) => {
  const sessionIndex = `_s${++count}`;
  const person = people.get(request.body.id);
  const place = `${ours}/account/saml/house/`;
  participants._participants.push({ serviceProviderId: `${place}metadata/`, nameId: person.id, nameIdFormat: person.format, sessionIndex, serviceProviderLogoutURL: `${place}sls/` });
  const acs = how.postTo ?? `${place}acs/`;
  samlp.auth({
    ...own,
    recipient: `${place}acs/`,
    destination: `${place}acs/`,
    sessionIndex,
    getUserFromRequest: () => person,
    profileMapper: Told,
    getPostURL: (_audience, _dom, _request, done) => done(null, acs),
    ...how,
  })(request, response, next);
});
app.get("/logout", (request, response, next) => {
  const options = { ...own, deflate: true, protocolBinding: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect", sessionParticipants: participants, store, destination: `${ours}/account/saml/house/sls/` };
  response.send = ((send) => (what) => (what === 200 ? send.call(response, "All signed out") : send.call(response, what)))(response.send);
  samlp.logout(options)(request, response, next);
});
app.use((error, _request, response, _next) => response.status(500).send(String(error.stack)));
app.listen(Number(port), "127.0.0.1", () => console.log("listening"));
