#!/bin/sh
# Writes an order every tenth of a second until the source takes no more writes: that is the switch.
n=0
while psql --host=source --username=application --dbname=shop --quiet --set=ON_ERROR_STOP=1 \
    --command="INSERT INTO purchase (customer_id, amount) VALUES (1 + $n % 5000, $n / 7.0)" 2>/tmp/error; do
    n=$((n + 1))
    sleep 0.1
done
echo "the source took $n orders; then it said: $(grep ERROR /tmp/error)"
