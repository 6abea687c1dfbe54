-- One key signs, and one waits to follow it: two operators at once cannot make it two (PostgreSQL).

CREATE UNIQUE INDEX signing_keys_one_signs ON auth.signing_keys (state) WHERE state = 'signing';
CREATE UNIQUE INDEX signing_keys_one_published ON auth.signing_keys (state)
    WHERE state = 'published';
