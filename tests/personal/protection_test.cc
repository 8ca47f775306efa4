#include "personal/protection.h"

#include <gtest/gtest.h>

#include "personal/lexicon_fixture.h"

namespace privet::personal {
namespace {

TEST(Protections, AreKnownByTheNameOfTheCall) {
  struct Case {
    const char* callee;
    const char* kind;
  };
  const Case cases[] = {
      {"crypto.createHmac", "keyed-hash"},
      {"hmac.new", "keyed-hash"},
      {"bcrypt.hash", "password-hash"},
      {"bcrypt.hashSync", "password-hash"},
      {"argon2.hash", "password-hash"},
      {"generate_password_hash", "password-hash"},
      {"hashlib.sha256", "hashed"},
      {"crypto.createHash", "hashed"},
      {"hashEmail", "hashed"},
      {"maskEmail", "masked"},
      {"redact_pii", "masked"},
      {"fernet.encrypt", "encrypted"},
      {"kms.decrypt", "decrypted"},
      {"base64.b64encode", "encoding"},
      {"jwt.sign", "encoding"},
      {"_.pick", "projection"},
      {"faker.name", "synthetic"},
      {"users.count", "aggregated"},
      {"getInitials", "truncated"},
      {"anonymizeIp", "generalised"},
      {"check_password", "presence"},
      {"sendEmail", "none"},
      {"location.hash", "none"},
      {"rehash", "none"},
      {"getUser", "none"},
      {"bitmask", "none"},
      {"maskColor", "none"},
      {"accountCountry", "none"},
      {"", "none"},
  };
  static const Protections protections(built_in_types());
  for (const Case& c : cases) {
    const ProtectionKind kind = protections.kind_of_call(base::Name::of(c.callee));
    EXPECT_EQ(protection_name(kind), c.kind) << c.callee;
    EXPECT_EQ(protections.kind_of_call(base::Name::of(c.callee)), kind) << "second time";
  }
}

TEST(Protections, EncodingAndDecryptionProtectNothing) {
  EXPECT_EQ(protection_of(ProtectionKind::Encoding), rule::Protection::None);
  EXPECT_EQ(protection_of(ProtectionKind::Decrypted), rule::Protection::None);
  EXPECT_EQ(protection_of(ProtectionKind::KeyedHash), rule::Protection::KeyedHash);
  EXPECT_EQ(protection_of(ProtectionKind::Presence), rule::Protection::Aggregated);
}

}  // namespace
}  // namespace privet::personal
