#include "personal/values.h"

#include <gtest/gtest.h>

#include "personal/lexicon_fixture.h"
#include "personal/value_checks.h"

namespace privet::personal {
namespace {

const Values& values() {
  static const Values all(built_in_types());
  return all;
}

/// `type`, with ` documentation` or ` needs-name` behind; empty: none.
std::string classify(std::string_view literal, std::string_view named = "") {
  const auto match = values().classify(literal, built_in_types().find(named));
  if (!match) return "";
  std::string text(built_in_types()[match->type].id.text());
  if (match->documentation) text += " documentation";
  if (match->needs_name) text += " needs-name";
  return text;
}

struct Case {
  const char* literal;
  const char* named;
  const char* expected;
};

TEST(Values, ClassifiesWholeLiterals) {
  const Case cases[] = {
      {"petra.vogel@brightmail.co.uk", "", "contact.email"},
      {"jane@example.com", "", "contact.email documentation"},
      {"info@brightmail.co.uk", "", "contact.email documentation"},
      {"icon@2x.png", "", ""},
      {"git@github.com", "", ""},
      {"+4915198765432", "", "contact.phone"},
      {"+44 7700 900123", "", "contact.phone documentation"},
      {"07700 900123", "", ""},
      {"07700 900123", "contact.phone", "contact.phone documentation"},
      {"07911 234567", "contact.phone", "contact.phone"},
      {"4242424242424242", "", "financial.card.pan documentation needs-name"},
      {"4556 7375 8689 9855", "financial.card.pan", "financial.card.pan"},
      {"4556737586899855", "", "financial.card.pan needs-name"},
      {"4556737586899856", "", ""},
      {"GB82WEST12345698765432", "", "financial.iban documentation"},
      {"DE02 1203 0000 0000 2020 51", "", "financial.iban"},
      {"DE02120300000000202052", "", ""},
      {"078051120", "gov.us.ssn", "gov.us.ssn documentation"},
      {"212-09-7694", "gov.us.ssn", "gov.us.ssn"},
      {"212-09-7694", "", ""},
      {"943 476 5919", "gov.uk.nhs", "gov.uk.nhs"},
      {"943 476 5918", "gov.uk.nhs", ""},
      {"9434765919", "", ""},
      {"RSSMRA85T10A562S", "", "gov.it.cf documentation"},
      {"AB123456C", "gov.uk.nino", "gov.uk.nino"},
      {"QQ123456C", "gov.uk.nino", ""},
      {"44051401358", "gov.pl.pesel", ""},
      {"44051401359", "gov.pl.pesel", "gov.pl.pesel documentation"},
      {"86095742719", "gov.national-id", "gov.de.steuer-id"},
      {"192.168.1.10", "online.ip", "online.ip documentation"},
      {"81.2.69.160", "online.ip", "online.ip"},
      {"81.2.69.160", "", ""},
      {"81.2.69.300", "online.ip", ""},
      {"2001:db8::1", "online.ip", "online.ip documentation"},
      {"2a02:8071::1", "online.ip", "online.ip"},
      {"00:00:5E:00:53:01", "", "online.mac documentation"},
      {"3c:22:fb:4a:91:0d", "", "online.mac"},
      {"1M8GDM9AXKP042788", "vehicle.vin", "vehicle.vin"},
      {"1985-07-30", "identity.dob", "identity.dob"},
      {"1970-01-01", "identity.dob", "identity.dob documentation"},
      {"1985-07-30", "", ""},
      {"52.5170, 13.3888", "location.precise", "location.precise"},
      {"0.0000, 0.0000", "location.precise", "location.precise documentation"},
      {"postgres://app:hG7kd2pQ@db.internal.net/app", "", "credential.connection"},
      {"postgres://postgres:postgres@localhost/app", "", "credential.connection documentation"},
      {"https://user.example.com/path", "", ""},
      {"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI5MTIzIiwibmFtZSI6IlBldHJhIn0.c2ln", "",
       "credential.session-token"},
      {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0.c2ln", "",
       "credential.session-token documentation"},
      {"0000-0002-1825-0097", "", "identity.external-id needs-name"},
      {"0000-0002-1825-0097", "identity.external-id", "identity.external-id"},
      {"bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "", "financial.crypto-wallet"},
      {"bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp", "", ""},
      {"hello world", "", ""},
      {"1234", "", ""},
      {"", "contact.email", ""},
      {"20230415123456", "", ""},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(classify(c.literal, c.named), c.expected) << c.literal << " named " << c.named;
  }
}

TEST(Values, FindsValuesInText) {
  const std::string text =
      "call +4915198765432 or write to petra.vogel@brightmail.co.uk (IBAN DE02120300000000202051), "
      "order 4556737586899855, sprite@2x.png, x+1";
  std::string found;
  for (const FoundValue& value : values().find(text)) {
    found += std::string(built_in_types()[value.match.type].id.text()) + "=" +
             text.substr(value.begin, value.end - value.begin) + ";";
  }
  EXPECT_EQ(found,
            "contact.phone=+4915198765432;contact.email=petra.vogel@brightmail.co.uk;"
            "financial.iban=DE02120300000000202051;");
}

TEST(Values, FindsPrivateKeys) {
  const std::string body(80, 'A');
  EXPECT_EQ(classify("-----BEGIN RSA PRIVATE KEY-----\n" + body), "credential.api-key");
  EXPECT_EQ(classify("-----BEGIN PUBLIC KEY-----\n" + body), "");
}

TEST(Values, KnowsPlaceholderNames) {
  EXPECT_TRUE(values().is_placeholder_name("John Doe"));
  EXPECT_TRUE(values().is_placeholder_name("Juan Pérez"));
  EXPECT_FALSE(values().is_placeholder_name("Petra Vogel"));
}

TEST(Values, DatesInsideIdentifiersExist) {
  EXPECT_TRUE(date_exists("yymmdd@0", "851231"));
  EXPECT_FALSE(date_exists("yymmdd@0", "851331"));
  EXPECT_FALSE(date_exists("yymmdd@0", "850230"));
  EXPECT_TRUE(date_exists("yymmdd@0 month+20,50", "856130"));
  EXPECT_TRUE(date_exists("ddmmyy@2 day+40", "xx710185"));
  EXPECT_FALSE(date_exists("yyyymmdd@6", "1101051949"));
}

TEST(Values, SurvivesHostileText) {
  const std::string texts[] = {std::string(100000, '@'), std::string(8000, '1'),
                               std::string(8000, '+'), std::string(5000, '\xff'),
                               "eyJaaaaaaaa.eyJaaaaaaaa.", std::string("a\0b@c.de", 8)};
  for (const std::string& text : texts) {
    values().find(text);
    for (const char* named : {"", "contact.email", "gov.national-id", "gov.mrz", "online.ip"}) {
      classify(text, named);
    }
  }
}

}  // namespace
}  // namespace privet::personal
