// Production without azd: az deployment sub create --location westeurope --parameters infra/prod.bicepparam
// With azd: azd env set VALERIX_TIER prod. What the tier chooses is not repeated here; only what a team has to decide.
using './main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'valerix-prod')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param tier = 'prod'

// Another region than that of the rest, for the day on which that one is gone.
param backupCopyLocation = readEnvironmentVariable('VALERIX_BACKUP_COPY_LOCATION', 'northeurope')
param staticSiteLocation = readEnvironmentVariable('VALERIX_STATIC_SITE_LOCATION', 'westeurope')

param alertEmail = readEnvironmentVariable('VALERIX_ALERT_EMAIL', '')
param databaseAdministratorObjectId = readEnvironmentVariable('VALERIX_DATABASE_ADMINISTRATOR_OBJECT_ID', '')
param databaseAdministratorName = readEnvironmentVariable('VALERIX_DATABASE_ADMINISTRATOR_NAME', '')
param databaseAdministratorType = readEnvironmentVariable('VALERIX_DATABASE_ADMINISTRATOR_TYPE', 'Group')

// The image that was deployed last; empty before the first deployment.
param grpcImage = readEnvironmentVariable('SERVICE_GRPC_INVENTORY_HOST_IMAGE_NAME', '')
