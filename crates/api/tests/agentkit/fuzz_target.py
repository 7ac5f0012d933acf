"""Prints the address that is fuzzed, and a token to do it with.

The fuzzed client lives in an environment of its own: what it deletes there is missed by no other test.
"""

from support.house import House

house = House.shared()
client = house.new_client("fuzz")
print(house.url, house.token(client["client_id"], client["client_secret"]))
