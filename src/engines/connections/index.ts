export {
  type ConnectionOf,
  connectionWith,
  EngineConnection,
  type EngineKind,
  type RemoteConnection,
} from './connection.ts';
export { Connections, EngineConnectionView } from './connections.ts';
