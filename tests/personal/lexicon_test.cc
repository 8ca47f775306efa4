#include "personal/lexicon.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <thread>

#include "personal/lexicon_fixture.h"
#include "personal/spelling.h"

namespace privet::personal {
namespace {

/// A name in context and what it must come to; `type` empty: not personal. `beside`: the other
/// fields of the container, with blanks between.
struct Case {
  const char* container;
  const char* name;
  const char* type;
  const char* beside = "";
  TypeHint hint = TypeHint::Unknown;
  bool stored = false;
};

std::string classify(const Case& c, const char* evidence = nullptr) {
  const Lexicon& lexicon = built_in_lexicon();
  std::vector<FieldName> fields{{Name::of(c.name), c.hint}};
  std::istringstream beside(c.beside);
  for (std::string word; beside >> word;) fields.push_back({Name::of(word)});
  const Siblings siblings = lexicon.siblings(fields);
  NameQuery query;
  query.name = Name::of(c.name);
  query.container = Name::of(c.container);
  query.hint = c.hint;
  query.siblings = fields.size() > 1 ? &siblings : nullptr;
  query.container_is_stored = c.stored;
  std::vector<TypeEvidence> given;
  if (evidence) given.push_back({built_in_types().find(evidence), TypeEvidence::From::Declaration});
  query.evidence = given;
  const auto verdict = lexicon.classify(query);
  if (!verdict) return "";
  EXPECT_GE(verdict->score, Lexicon::kLikely);
  EXPECT_GT(verdict->n_reasons, 0u);
  return std::string(built_in_types()[verdict->type].id.text());
}

void check(std::initializer_list<Case> cases) {
  for (const Case& c : cases) {
    EXPECT_EQ(classify(c), c.type) << c.container << "." << c.name << " beside " << c.beside;
  }
}

TEST(Lexicon, FindsContactAndIdentityFields) {
  check({
      {"member", "phone", "contact.phone"},
      {"Attendee", "mobile_number", "contact.phone"},
      {"row", "date_of_birth", "identity.dob"},
      {"form", "vorname", "identity.name.given"},
      {"persona", "apellidos", "identity.name.family"},
      {"lid", "geboortedatum", "identity.dob"},
      {"uczestnik", "nazwisko", "identity.name.family"},
      {"user", "name", "identity.name.full"},
      {"patient", "full_name", "identity.name.full"},
      {"", "holder_name", "identity.name.full"},
      {"", "billing_address_zip", "contact.postcode"},
      {"phone_numbers", "number", "contact.phone"},
      {"", "usr_email", "contact.email", "usr_name usr_created usr_kind usr_colour"},
      {"", "requestorEmail", "contact.email"},
      {"store", "contact_person_mobile", "contact.phone"},
      {"author", "email", "contact.email"},
      {"Attendee", "DoB", "identity.dob"},
      {"", "useremail", "contact.email"},
      {"", "dateofbirth", "identity.dob"},
      {"", "getUserEmail", "contact.email"},
      {"", "m_email", "contact.email"},
      {"", "emailStr", "contact.email"},
      {"", "booked_for_name", "identity.name.full"},
      {"", "tel_nr", "contact.phone"},
  });
}

TEST(Lexicon, AuthorOfTypeTextIsAName) {
  check({{"", "author", "identity.name.full", "", TypeHint::Text},
         {"", "author", ""},
         {"Article", "author", "", "", TypeHint::Record}});
}

TEST(Lexicon, ShapesOfNamesAreNotPersonal) {
  for (const char* name :
       {"email_template_id", "is_email_enabled", "email_sent_at", "email_queue", "emailValidator",
        "EMAIL_REGEX", "password_min_length", "forgot_password_path", "password_policy",
        "has_password", "phone_number_id", "phone_country_code", "isMobile", "table_cell",
        "address_type", "address_id", "bind_address", "listen_addr", "memory_address",
        "nameservers", "filename", "hostname", "class_name", "image_name", "package_name",
        "ship_address_id", "users_by_email", "order_by_name", "emailManager", "has_phone",
        "email_verified", "show_address", "support_email", "company_phone", "dummy_ssn",
        "send_email", "phone_max_length", "email_label", "address_form", "email_error"}) {
    EXPECT_EQ(classify({"", name, ""}), "") << name;
    EXPECT_EQ(classify({"User", name, ""}), "") << "User." << name;
  }
}

TEST(Lexicon, WordsInsideOtherWordsAreNotForms) {
  for (const char* name :
       {"session", "assn", "mission", "page", "storage", "usage", "max_age", "cache_age",
        "average", "image", "manager", "tracer", "trace_id", "brace", "race_condition", "hotel",
        "spinner", "pinned", "gpio_pin", "map_pin", "max_tokens", "csrf_token", "next_page_token",
        "cancellationToken", "design_token", "third_party", "leader_elector", "strike_through",
        "SENTRY_DSN", "pan_gesture", "nazwa_pliku", "data", "UNION_SELECT"}) {
    EXPECT_EQ(classify({"", name, ""}), "") << name;
  }
}

TEST(Lexicon, ContainersDecideWeakForms) {
  check({
      {"contract", "address", ""},
      {"eth0", "mac_address", ""},
      {"event", "name", ""},
      {"file", "name", ""},
      {"product", "name", ""},
      {"role", "name", ""},
      {"user", "role_name", ""},
      {"Order", "session_id", "", "", TypeHint::Number},
      {"cors", "origin", ""},
      {"screen", "orientation", ""},
      {"font", "face", ""},
      {"k8s", "liveness", ""},
      {"lexer", "token", ""},
      {"Page", "title", ""},
      {"pd", "pan", ""},
      {"depth", "dob", ""},
      {"store", "phone", ""},
      {"branch", "address", ""},
      {"patient", "address", "contact.address"},
      {"UserGroup", "name", ""},
      {"TeamMember", "name", "identity.name.full", "email phone"},
      {"", "title", "identity.name.title", "first_name last_name email"},
  });
}

TEST(Lexicon, FindsIdentifiers) {
  check({
      {"user", "ssn", "gov.us.ssn"},
      {"", "applicant_ssn", "gov.us.ssn"},
      {"", "created_by_id", "identity.person-id"},
      {"order", "user_id", "identity.person-id"},
      {"", "approved_by", "identity.person-id"},
      {"", "sort_by", ""},
      {"", "voter_id", "gov.voter-id"},
      {"", "attendeeUuid", "identity.person-id"},
      {"", "parent_id", ""},
      {"", "pan_card", "gov.in.pan"},
      {"usuario", "nif", "gov.tax-id"},
      {"", "nif", "gov.pt.nif", "morada sobrenome telemovel"},
      {"", "nif", "gov.es.dni", "apellidos direccion correo_electronico"},
  });
}

TEST(Lexicon, FindsCredentials) {
  check({
      {"invitations", "token", "credential.session-token", "", TypeHint::Text, true},
      {"", "stripe_secret", "credential.api-key"},
      {"APIKey", "token", "credential.session-token", "", TypeHint::Text, true},
      {"user", "access_token", "credential.session-token"},
      {"", "reset_token", "credential.reset-token"},
      {"cookie", "session_id", "credential.session-token"},
      {"", "DATABASE_URL", "credential.connection"},
      {"", "hashed_password", "credential.password-hash"},
      {"User", "passwordHash", "credential.password-hash"},
      {"", "admin_password", "credential.password"},
      {"", "confirmPassword", "credential.password"},
      {"Device", "token", "credential.session-token", "", TypeHint::Text, true},
  });
}

TEST(Lexicon, FindsSpecialCategories) {
  check({
      {"applicant", "race", "ethnic.origin"},
      {"profile", "orientation", "sex.orientation", "first_name last_name"},
      {"voter", "party", "political.party-membership"},
      {"member", "union_branch", "union.membership"},
      {"person", "has_disability", "health.disability", "", TypeHint::Boolean},
      {"person", "is_pregnant", "health.reproductive", "", TypeHint::Boolean},
      {"person", "is_union_member", "union.membership", "", TypeHint::Boolean},
      {"person", "is_disabled", "", "", TypeHint::Boolean},
      {"Order", "origin", "", "email phone last_name"},
      {"Breakpoints", "mobile", ""},
      {"user", "weight", ""},
      {"patient", "weight", "health.body-measure"},
  });
}

TEST(Lexicon, OtherLanguagesNeedTheirOwnNeighbours) {
  check({
      {"", "nombre", "identity.name.given", "apellidos"},
      {"", "nombre", "", "total somme"},
      {"", "data_nascita", "identity.dob"},
      {"", "nom_adh", "identity.name.family", "prenom_adh adresse_adh ville_adh code_postal_adh"},
      {"", "Straße", "contact.address"},
      {"", "prénom", "identity.name.given"},
      {"", "währung", ""},
      {"", "raison_sociale", ""},
  });
}

TEST(Lexicon, NamesTellProtections) {
  const auto protection = [](const char* name) {
    NameQuery query;
    query.name = Name::of(name);
    const auto verdict = built_in_lexicon().classify(query);
    return verdict ? verdict->protection : rule::Protection::None;
  };
  EXPECT_EQ(protection("masked_iban"), rule::Protection::Masked);
  EXPECT_EQ(protection("hashedPhone"), rule::Protection::Hashed);
  EXPECT_EQ(protection("ssn_encrypted"), rule::Protection::Encrypted);
  EXPECT_EQ(protection("iban"), rule::Protection::None);
}

TEST(Lexicon, DeclaredTypesCancelOrConfirm) {
  check({{"User", "email", "", "", TypeHint::Boolean},
         {"User", "email", "", "", TypeHint::Number},
         {"User", "email", "", "", TypeHint::Record},
         {"User", "birthday", "identity.dob", "", TypeHint::Date},
         {"User", "phone", "contact.phone", "", TypeHint::Number},
         {"User", "phone", "", "", TypeHint::Date}});
  EXPECT_EQ(classify({"Booking", "contact", ""}, "contact.email"), "contact.email");
  EXPECT_EQ(classify({"", "contact", ""}, "contact.email"), "");
  EXPECT_EQ(classify({"card", "pan", ""}, "financial.card.pan"), "financial.card.pan");
}

TEST(Lexicon, EveryTypeIsFoundByItsFirstStrongForm) {
  const rule::DataTypes& types = built_in_types();
  for (std::uint32_t i = 0; i < types.size(); ++i) {
    const rule::DataType& type = types[rule::DataTypeId{i}];
    const auto shared = [&](const auto& entry) {
      return !type.strong.empty() && entry.first == type.strong[0];
    };
    const auto& forms = types.shared_forms();
    if (type.strong.empty() || std::any_of(forms.begin(), forms.end(), shared)) continue;
    NameQuery query;
    query.name = Name::of(type.strong[0]);
    query.container = Name::of("User");
    const auto verdict = built_in_lexicon().classify(query);
    ASSERT_TRUE(verdict) << type.id.text() << " by " << type.strong[0];
    EXPECT_EQ(types[verdict->type].id.text(), type.id.text()) << type.strong[0];
    EXPECT_EQ(verdict->certainty, Certainty::Certain) << type.strong[0];
  }
}

TEST(Lexicon, TestFilesLowerCertainty) {
  NameQuery query;
  query.name = Name::of("phone");
  query.in_test = true;
  EXPECT_FALSE(built_in_lexicon().classify(query));
  query.container = Name::of("User");
  ASSERT_TRUE(built_in_lexicon().classify(query));
  EXPECT_EQ(built_in_lexicon().classify(query)->certainty, Certainty::Likely);
}

TEST(Lexicon, ContextsSilenceTheirWords) {
  const Lexicon& lexicon = built_in_lexicon();
  NameQuery query;
  query.name = Name::of("author");
  query.hint = TypeHint::Text;
  query.contexts = lexicon.contexts_of("app/package.json");
  EXPECT_FALSE(lexicon.classify(query));
  query.contexts = lexicon.contexts_of("app/models.py");
  EXPECT_TRUE(lexicon.classify(query));
}

TEST(Lexicon, KnowsWhoIsAPerson) {
  const Lexicon& lexicon = built_in_lexicon();
  const auto kind = [&](const char* name) { return lexicon.container_kind(Name::of(name)); };
  EXPECT_EQ(kind("User"), ContainerKind::Person);
  EXPECT_EQ(kind("attendees"), ContainerKind::Person);
  EXPECT_EQ(kind("UserProfileDto"), ContainerKind::PersonRole);
  EXPECT_EQ(kind("UserGroup"), ContainerKind::Technical);
  EXPECT_EQ(kind("Warehouse"), ContainerKind::Place);
  EXPECT_EQ(kind("Booking"), ContainerKind::PersonLinked);
  EXPECT_EQ(kind("UsersInGroup"), ContainerKind::Person);
  EXPECT_EQ(kind("Widget3000"), ContainerKind::Technical);
  EXPECT_EQ(kind("Foo"), ContainerKind::Unknown);
  EXPECT_EQ(lexicon.person_word(Name::of("AttendeeList")), "attendee");
  EXPECT_EQ(lexicon.person_word(Name::of("Utilisateurs")), "utilisateur");
  EXPECT_NE(lexicon.special_of(Name::of("PartyMembership")), 0u);
  EXPECT_NE(lexicon.special_of(Name::of("patients")), 0u);
  EXPECT_EQ(lexicon.special_of(Name::of("Order")), 0u);
  EXPECT_TRUE(lexicon.names_person_at_risk(Name::of("ministerPhone")));
  EXPECT_FALSE(lexicon.names_person_at_risk(Name::of("administerPhone")));
}

TEST(Lexicon, ProjectsSayWhatIsNotPersonal) {
  std::vector<rule::DataTypes::File> files;
  for (const rule::EmbeddedFile& file : rule::embedded_files()) {
    if (file.path.starts_with("data/")) files.push_back({file.path, file.text});
  }
  rule::DataTypes types = std::move(rule::DataTypes::load(files)).value();
  rule::DataType shoe;
  shoe.id = Name::of("custom.shoe");
  shoe.group = Name::of("custom");
  shoe.strong = {"shoe_colour"};
  ASSERT_FALSE(types.extend({{shoe}, {"hotline_phone", "Branch.email"}}));
  const Lexicon lexicon(types);
  const auto personal = [&](const char* container, const char* name) {
    NameQuery query;
    query.name = Name::of(name);
    query.container = Name::of(container);
    return lexicon.classify(query).has_value();
  };
  EXPECT_FALSE(personal("User", "hotlinePhone"));
  EXPECT_TRUE(personal("User", "mobilePhone"));
  EXPECT_FALSE(personal("branch", "email"));
  EXPECT_TRUE(personal("person", "email"));
  EXPECT_TRUE(personal("person", "shoeColour"));
}

TEST(Lexicon, ThreadsAgree) {
  const Lexicon lexicon(built_in_types());
  const char* const names[] = {"email", "userPhone", "index", "author_name", "passwordHash", "queue"};
  const auto run = [&] {
    std::string all;
    for (int i = 0; i < 300; ++i) {
      for (const char* name : names) {
        NameQuery query;
        query.name = Name::of(name + std::to_string(i % 40));
        query.container = Name::of(i % 2 ? "User" : "Order");
        const auto verdict = lexicon.classify(query);
        all += verdict ? std::to_string(verdict->type.value) : "-";
      }
    }
    return all;
  };
  std::array<std::string, 4> results;
  std::vector<std::thread> threads;
  for (auto& result : results) threads.emplace_back([&] { result = run(); });
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_EQ(result, run());
}

TEST(Lexicon, HostileNamesAreNothing) {
  const Lexicon& lexicon = built_in_lexicon();
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "email_";
  for (const std::string& name : {many, std::string(100000, 'A'), std::string("\xff\xfe\x80"),
                                  std::string("____"), std::string()}) {
    NameQuery query;
    query.name = Name::of(name);
    query.container = Name::of(name);
    EXPECT_FALSE(lexicon.classify(query));
  }
}

TEST(Spelling, SplitsNames) {
  const auto words = [](std::string_view name) {
    const auto tokens = split_name(name);
    return join(tokens, 0, tokens.size(), " ");
  };
  EXPECT_EQ(words("APIKey"), "api key");
  EXPECT_EQ(words("address1"), "address 1");
  EXPECT_EQ(words("userIDs"), "user ids");
  EXPECT_EQ(words("DATE_OF_BIRTH"), "date of birth");
  EXPECT_EQ(words("größeÉtat"), "groesse etat");
  EXPECT_EQ(words("$scope.user-name"), "scope user name");
}

}  // namespace
}  // namespace privet::personal
