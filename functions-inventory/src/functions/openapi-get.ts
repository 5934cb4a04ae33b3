import { json } from '@valerix/platform/http';
import { openApiDocument } from '@valerix/platform/openapi/document';
import { http } from '../app.ts';
import { inventoryApi } from '../inventory-api-description.ts';

/** Describes this interface to those who call it. */
http.endpoint('openapi-get', {
  methods: ['GET'],
  route: 'api/openapi.json',
  handler: async () => json(200, openApiDocument(http.endpoints(), inventoryApi)),
});
