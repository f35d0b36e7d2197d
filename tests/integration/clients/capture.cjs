// Captures with epcis2.js as its documentation shows, and prints what the server said. `given` names server and token.
const { setup, EPCISDocument, ObjectEvent, AggregationEvent, capture, cbv } = require('epcis2.js');

const { bizSteps, dispositions, actionTypes } = cbv;

const { url: apiUrl, token } = given;
setup({ apiUrl, headers: { 'content-type': 'application/json', Authorization: `Bearer ${token}` }, eventTimeZoneOffset: '+02:00' });

const observed = new ObjectEvent()
  .setEventID('urn:uuid:0d8e7e6c-1f4e-4a88-9d3c-8f8a3c7d1a51')
  .setAction(actionTypes.observe)
  .setEventTime('2025-04-05T10:33:31.116+02:00')
  .addEPC('https://id.gs1.org/01/09506000134352/21/S-1')
  .setBizStep(bizSteps.shipping)
  .setDisposition(dispositions.in_transit)
  .setReadPoint('https://id.gs1.org/414/9506000134352');
const packed = new AggregationEvent()
  .setAction(actionTypes.add)
  .setEventTime('2025-04-05T11:33:31.116+02:00')
  .setParentId('https://id.gs1.org/00/095060001343520000')
  .addChildEPC('https://id.gs1.org/01/09506000134352/21/S-1');
const document = new EPCISDocument().setCreationDate('2025-04-05T12:00:00.000Z').addEventList([observed, packed]);

async function say(name, promise) {
  const answer = await promise;
  const body = await answer.json();
  return [name, { status: answer.status, location: answer.headers.get('location'), body }];
}

(async () => {
  const said = [await say('captured', capture(document))];
  const wrong = new EPCISDocument().setCreationDate('2025-04-05T12:00:00.000Z').addEvent(
    new ObjectEvent().setAction('ADD').setEventTime('2025-04-05T10:33:31.116+02:00').addEPC('https://id.gs1.org/01/09506000134353/21/S-1'),
  );
  said.push(await say('refused', capture(wrong)));
  console.log(JSON.stringify(Object.fromEntries(said)));
})();
