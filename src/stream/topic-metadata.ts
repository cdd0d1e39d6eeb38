import type { BrokerConnection, WireRequest } from './kafkajs-internals.ts';

const METADATA_KEY = 3;
/** The first that can ask by name and answers with topic ids without further rights; Kafka 3.0. kafkajs stops at 6. */
const METADATA_VERSION = 12;
const NO_ERROR = 0;

export interface PartitionMetadata {
  readonly partition: number;
  /** The broker that takes its requests; null while there is none. */
  readonly leader: number | null;
}

export interface TopicMetadata {
  readonly name: string;
  /** As 32 hexadecimal digits. */
  readonly id: string;
  /** Kafka's number; 0 where the topic is there. */
  readonly errorCode: number;
  readonly partitions: readonly PartitionMetadata[];
}

export interface ClusterMetadata {
  readonly clientSideThrottleTime: number;
  readonly brokers: readonly number[];
  readonly controller: number;
  readonly topics: readonly TopicMetadata[];
}

/** Whether this broker can tell topic ids. */
export function tellsTopicIds({ versions }: BrokerConnection): boolean {
  return (versions[METADATA_KEY]?.maxVersion ?? 0) >= METADATA_VERSION;
}

/** Asks one broker for what it knows of some topics (for none: of the cluster alone). */
export function askMetadata(broker: BrokerConnection, names: readonly string[]): Promise<ClusterMetadata> {
  return broker.connectionPool.send(metadataRequest(names));
}

function metadataRequest(names: readonly string[]): WireRequest<ClusterMetadata> {
  return {
    request: {
      apiKey: METADATA_KEY,
      apiVersion: METADATA_VERSION,
      apiName: 'Metadata',
      encode: async () => {
        const buffer = encodeMetadataRequest(names);
        return { buf: buffer, buffer };
      },
    },
    response: {
      decode: async (payload) => decodeMetadataResponse(payload),
      parse: async (decoded) => decoded,
    },
  };
}

/** The tag buffer that ends a flexible header (kafkajs writes the header before it), then the request. */
function encodeMetadataRequest(names: readonly string[]): Buffer {
  const noTags = Buffer.from([0]);
  const noId = Buffer.alloc(16);
  return Buffer.concat([
    noTags,
    unsignedVarint(names.length + 1),
    ...names.flatMap((name) => {
      const text = Buffer.from(name);
      return [noId, unsignedVarint(text.length + 1), text, noTags];
    }),
    // No topics made by asking for them, no list of rights.
    Buffer.from([0, 0]),
    noTags,
  ]);
}

/** What stands after the correlation id: the header's tag buffer, then the answer. */
function decodeMetadataResponse(payload: Buffer): ClusterMetadata {
  const reader = new FlexibleReader(payload);
  reader.tags();
  const clientSideThrottleTime = reader.int32();
  const brokers = reader.array(() => {
    const id = reader.int32();
    reader.string();
    reader.int32();
    reader.string();
    reader.tags();
    return id;
  });
  reader.string();
  const controller = reader.int32();
  const topics = reader.array(() => readTopic(reader));
  return { clientSideThrottleTime, brokers, controller, topics };
}

function readTopic(reader: FlexibleReader): TopicMetadata {
  const errorCode = reader.int16();
  const name = reader.string() ?? '';
  const id = reader.bytes(16).toString('hex');
  reader.bytes(1);
  const partitions = reader.array(() => {
    const partitionError = reader.int16();
    const partition = reader.int32();
    const leader = reader.int32();
    reader.int32();
    for (let replicas = 0; replicas < 3; replicas += 1) reader.array(() => reader.int32());
    reader.tags();
    return { partition, leader: partitionError === NO_ERROR && leader >= 0 ? leader : null };
  });
  reader.int32();
  reader.tags();
  return { name, id, errorCode, partitions };
}

/** Reads Kafka's flexible encoding: lengths one too large as unsigned varints, tagged fields after each structure. */
class FlexibleReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  bytes(length: number): Buffer {
    const bytes = this.#buffer.subarray(this.#at, this.#at + length);
    if (bytes.length < length) throw new RangeError('Kafka answered with less than it announced');
    this.#at += length;
    return bytes;
  }

  int16(): number {
    return this.bytes(2).readInt16BE();
  }

  int32(): number {
    return this.bytes(4).readInt32BE();
  }

  string(): string | null {
    const length = this.#varint();
    return length === 0 ? null : this.bytes(length - 1).toString('utf8');
  }

  array<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.#varint() - 1) }, read);
  }

  tags(): void {
    for (let left = this.#varint(); left > 0; left -= 1) {
      this.#varint();
      this.bytes(this.#varint());
    }
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const [byte = 0] = this.bytes(1);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
}

function unsignedVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
