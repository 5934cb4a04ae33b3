/** The tables every service has: its outbox and its quarantine. To be migrated before a service's own folder. */
export const platformMigrations = new URL('./platform-migrations/', import.meta.url);
