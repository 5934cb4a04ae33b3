-- Two databases, each with the one role that may enter it, as local/postgres-databases.ts makes them. The passwords
-- come from the environment of the container.
\getenv orders_password ORDERS_PASSWORD
\getenv inventory_password INVENTORY_PASSWORD
CREATE ROLE orders_service LOGIN PASSWORD :'orders_password';
CREATE ROLE inventory_service LOGIN PASSWORD :'inventory_password';
CREATE DATABASE orders OWNER orders_service TEMPLATE template0;
CREATE DATABASE inventory OWNER inventory_service TEMPLATE template0;
REVOKE ALL ON DATABASE orders, inventory, postgres, template1 FROM PUBLIC;
