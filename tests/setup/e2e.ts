import { offerSystem } from './offer-system.ts';

/** With both sites, exactly as `npm start` runs it, for the browser tests. */
export default offerSystem({ sites: true });
