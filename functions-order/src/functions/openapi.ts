import { json } from '@valerix/platform/http';
import { openApiDocument } from '@valerix/platform/openapi/document';
import type { OrderService } from '../composition.ts';
import { orderApi } from '../order-api-description.ts';

/** Describes this interface to those who call it. */
export function openapi({ http }: OrderService): void {
  http.endpoint('openapi', {
    methods: ['GET'],
    route: 'api/openapi.json',
    handler: async () => json(200, openApiDocument(http.endpoints(), orderApi)),
  });
}
