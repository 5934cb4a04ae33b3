/** The names of servicebus.topology.json; a test holds the two together. */
export const topics = {
  inventoryEvents: 'inventory-events',
  orderEvents: 'order-events',
  systemMetrics: 'system-metrics',
} as const;

export const queues = { verifyOrders: 'verify-orders' } as const;

export const subscriptions = {
  orderService: 'order-service-sub',
  inventoryService: 'inventory-service-sub',
  dashboard: 'dashboard-sub',
} as const;

export type EntityName = (typeof topics)[keyof typeof topics] | (typeof queues)[keyof typeof queues];

/** The application property that confines a redelivered copy to the one subscription that asked for it. */
export const redeliverToProperty = 'redeliverTo';
