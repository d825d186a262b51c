DROP TABLE sign_on;
