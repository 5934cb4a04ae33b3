import { offerSystem } from './offer-system.ts';

/** Without the gRPC host: each file of the integration tests starts that one itself, with the faults it wants. */
export default offerSystem({ without: ['grpc'] });
