-- A shop with 50,000 orders, and the account that moves it. Plain SQL: MySQL 8 and MariaDB 10.6 both take it.
CREATE DATABASE IF NOT EXISTS shop CHARACTER SET utf8mb4;
USE shop;
CREATE TABLE customer (
    id int unsigned AUTO_INCREMENT PRIMARY KEY,
    name varchar(60) NOT NULL,
    mail varchar(80) UNIQUE,
    vip tinyint(1) NOT NULL DEFAULT 0,
    since datetime(3) NOT NULL
);
CREATE TABLE purchase (
    id bigint AUTO_INCREMENT PRIMARY KEY,
    customer_id int unsigned NOT NULL,
    amount decimal(12,2) NOT NULL,
    state enum('new', 'paid', 'sent') NOT NULL DEFAULT 'new',
    made_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    KEY (customer_id),
    FOREIGN KEY (customer_id) REFERENCES customer(id)
);
CREATE TABLE digit (n int PRIMARY KEY);
INSERT INTO digit VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
INSERT INTO customer (name, mail, vip, since)
    SELECT CONCAT('Müller ', n), CONCAT(n, '@example.org'), n % 2, '2020-01-01' + INTERVAL n MINUTE
    FROM (SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n AS n FROM digit a, digit b, digit c, digit d WHERE d.n < 5) AS numbers;
INSERT INTO purchase (customer_id, amount, state)
    SELECT customer.id, customer.id / 3 + digit.n, ELT(1 + digit.n % 3, 'new', 'paid', 'sent') FROM customer, digit;

CREATE USER 'mover'@'%' IDENTIFIED BY 'demo-only';
GRANT ALL PRIVILEGES ON *.* TO 'mover'@'%';
CREATE USER 'application'@'%' IDENTIFIED BY 'demo-only';
GRANT SELECT, INSERT, UPDATE, DELETE ON shop.* TO 'application'@'%';
