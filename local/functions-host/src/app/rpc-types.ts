/**
 * The part of `@azure/functions-core` that `@azure/functions` 4.x uses. The real module exists only inside the Azure
 * Functions Node worker and has no package on npm, so its shapes are written down here.
 */

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';
export type LogCategory = 'user' | 'system' | 'customMetric';

export interface Nullable<T> {
  value: T;
}

export interface RpcCookie {
  name: string;
  value: string;
  domain?: Nullable<string>;
  path?: Nullable<string>;
  expires?: Nullable<{ seconds: number; nanos?: number }>;
  secure?: Nullable<boolean>;
  httpOnly?: Nullable<boolean>;
  sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone';
  maxAge?: Nullable<number>;
}

export interface RpcHttp {
  method?: string;
  url?: string;
  statusCode?: string;
  headers?: Record<string, string>;
  nullableHeaders?: Record<string, Nullable<string>>;
  nullableParams?: Record<string, Nullable<string>>;
  nullableQuery?: Record<string, Nullable<string>>;
  cookies?: RpcCookie[];
  body?: TypedData | undefined;
}

export interface TypedData {
  string?: string;
  json?: string;
  bytes?: Uint8Array;
  int?: number;
  double?: number;
  http?: RpcHttp;
  collectionString?: { string: string[] };
  collectionBytes?: { bytes: Uint8Array[] };
  collectionSint64?: { sint64: unknown[] };
}

export interface BindingInfo {
  type: string;
  direction: 'in' | 'out';
  [option: string]: unknown;
}

export interface RpcDuration {
  seconds: number;
}

export interface RpcRetryOptions {
  retryStrategy?: string;
  maxRetryCount?: number;
  delayInterval?: RpcDuration;
  minimumInterval?: RpcDuration;
  maximumInterval?: RpcDuration;
}

export interface FunctionMetadata {
  name: string;
  bindings: Record<string, BindingInfo>;
  retryOptions?: RpcRetryOptions;
}

export type FunctionCallback = (...args: unknown[]) => unknown;
export type HookCallback = (context: object) => unknown;

export interface RetryContext {
  retryCount: number;
  maxRetryCount: number;
  exception?: { message: string; stackTrace: string; source: string };
}

export interface TraceContext {
  traceParent: string;
  traceState: string;
  attributes: Record<string, string>;
}

export interface InvocationRequest {
  inputData: { name: string; data: TypedData }[];
  triggerMetadata: Record<string, TypedData>;
  traceContext: TraceContext;
  retryContext?: RetryContext | undefined;
}

export interface InvocationResponse {
  invocationId: string;
  outputData?: { name: string; data: TypedData }[];
  returnValue?: TypedData | null;
}

export interface CoreInvocationContext {
  invocationId: string;
  request: InvocationRequest;
  metadata: FunctionMetadata;
  state: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;
  log(level: LogLevel, category: LogCategory, message: string): void;
}

interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
}

export interface ProgrammingModel {
  name: string;
  version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel;
  getCapabilities?(capabilities: Record<string, string>): Promise<Record<string, string>>;
}
