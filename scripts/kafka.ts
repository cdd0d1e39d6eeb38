/**
 * `npm run kafka`: Apache Kafka without Docker, on a free port and in a temporary directory, until Ctrl-C. Needs Java 17
 * and, the first time, Maven. Prints the line that points the service or the tests at it.
 */
import { missingForBroker, startBroker } from '../test/support/kafka/index.ts';

console.error('starting Kafka (the first time its jars are fetched, 43 MB) …');
const missing = await missingForBroker();
if (missing !== null) {
  console.error(`Kafka cannot be started: ${missing}. Install Java 17 or later and Maven.`);
  process.exit(1);
}
const broker = await startBroker();
console.log(`KAFKA_BROKERS=${broker.brokers}`);
console.error('Ctrl-C stops it and removes its data.');
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void broker.stop().then(() => process.exit(0)));
