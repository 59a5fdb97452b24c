#include "json_lines.hpp"

#include <boost/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gnut {
namespace {

using testing::ElementsAre;

gnutella::Hit hit() {
    gnutella::Hit made;
    made.name = "a \"quoted\" name.txt";
    made.size = 18'446'744'073'709'551'615U;
    made.urn = gnutella::Urn::parse("urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB");
    made.source = {"2001:db8::1", 8025};
    return made;
}

std::vector<std::string> keys(const boost::json::object& object) {
    std::vector<std::string> all;
    for (const auto& member : object) {
        all.emplace_back(member.key());
    }
    return all;
}

TEST(JsonLines, AHitHasExactlyItsSevenMembers) {
    const auto object = boost::json::parse(json_line(hit())).as_object();
    EXPECT_THAT(keys(object), ElementsAre("name", "size", "urn", "host", "port", "dialect", "client"));
    EXPECT_EQ(object.at("name"), "a \"quoted\" name.txt");
    EXPECT_EQ(object.at("size").as_uint64(), 18'446'744'073'709'551'615U);
    EXPECT_EQ(object.at("urn"), "urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB");
    EXPECT_EQ(object.at("host"), "2001:db8::1");
    EXPECT_EQ(object.at("port"), 8025);
    EXPECT_EQ(object.at("dialect"), "json");
    EXPECT_TRUE(object.at("client").is_null());
    auto foreign = hit();
    foreign.dialect = gnutella::Dialect::gnutella;
    foreign.client = "gtk-gnutella";
    const auto other = boost::json::parse(json_line(foreign)).as_object();
    EXPECT_EQ(other.at("dialect"), "gnutella");
    EXPECT_EQ(other.at("client"), "gtk-gnutella");
}

TEST(JsonLines, AnUnknownUrnIsNull) {
    auto legacy = hit();
    legacy.urn.reset();
    EXPECT_TRUE(boost::json::parse(json_line(legacy)).at("urn").is_null());
}

TEST(JsonLines, ALineIsValidAndHasNothingThatDrivesATerminal) {
    auto hostile = hit();
    hostile.name =
        "a\n\x1B[2J\x7F\xC2\x9B"
        "b\xFF";
    const std::string line = json_line(hostile);
    EXPECT_EQ(line.find_first_of("\n\x1B\x7F"), std::string::npos);
    hostile.name = "photo\xE2\x80\xAEgpj.exe";
    EXPECT_THAT(json_line(hostile), testing::HasSubstr("photo\\u202egpj.exe"));
    EXPECT_EQ(line.find("\xC2\x9B"), std::string::npos);
    EXPECT_EQ(boost::json::parse(line).at("name"),
              "a\n\x1B[2J\x7F\xC2\x9B"
              "b\xEF\xBF\xBD");
}

TEST(JsonLines, ADownloadSaysWhereWhatAndFromWhom) {
    gnutella::DownloadedFile file;
    file.path = "down/a.txt";
    file.bytes = 12;
    file.seconds = std::chrono::duration<double>(0.5);
    file.urn = hit().urn;
    file.verification = gnutella::Verification::verified;
    file.transport = gnutella::Transport::quic;
    file.resumed = 5;
    file.sources = {{"h", 1}, {"2001:db8::1", 2}};

    const auto object = boost::json::parse(json_line(file, Kept::on_disk)).as_object();
    EXPECT_THAT(keys(object),
                ElementsAre("path", "bytes", "seconds", "urn", "verified", "transport", "resumed", "sources"));
    EXPECT_EQ(object.at("path"), "down/a.txt");
    EXPECT_EQ(object.at("bytes"), 12);
    EXPECT_EQ(object.at("seconds").as_double(), 0.5);
    EXPECT_EQ(object.at("verified"), true);
    EXPECT_EQ(object.at("transport"), "quic");
    EXPECT_EQ(object.at("resumed"), 5);
    EXPECT_EQ(object.at("sources"), boost::json::array({"h:1", "[2001:db8::1]:2"}));
    EXPECT_TRUE(boost::json::parse(json_line(file, Kept::nowhere)).at("path").is_null());
    file.transport = gnutella::Transport::http;
    EXPECT_EQ(boost::json::parse(json_line(file, Kept::on_disk)).at("transport"), "http");
    file.transport.reset();
    EXPECT_TRUE(boost::json::parse(json_line(file, Kept::on_disk)).at("transport").is_null());
}

TEST(JsonLines, APingOfALegacyPeerHasNullForWhatItDoesNotTell) {
    gnutella::SessionInfo session;
    session.round_trip = std::chrono::microseconds(1500);
    session.agent = "libgnutella/0.1.0";
    session.files = 3;
    auto object = boost::json::parse(json_line({"h", 1}, session)).as_object();
    EXPECT_THAT(keys(object),
                ElementsAre("host", "port", "dialect", "role", "legacy", "agent", "files", "bytes", "round_trip"));
    EXPECT_EQ(object.at("agent"), "libgnutella/0.1.0");
    EXPECT_EQ(object.at("files"), 3);
    EXPECT_EQ(object.at("round_trip").as_double(), 0.0015);

    session.legacy = true;
    object = boost::json::parse(json_line({"h", 1}, session)).as_object();
    EXPECT_EQ(object.at("legacy"), true);
    EXPECT_TRUE(object.at("agent").is_null());
    EXPECT_TRUE(object.at("files").is_null());
}

TEST(JsonLines, APingInGnutellaSaysTheRoleAndNotWhatIsNotKnownYet) {
    gnutella::SessionInfo session;
    session.dialect = gnutella::Dialect::gnutella;
    session.role = gnutella::Role::leaf;
    session.agent = "gtk-gnutella/1.2.3";
    const auto object = boost::json::parse(json_line({"h", 1}, session)).as_object();
    EXPECT_EQ(object.at("dialect"), "gnutella");
    EXPECT_EQ(object.at("role"), "leaf");
    EXPECT_EQ(object.at("agent"), "gtk-gnutella/1.2.3");
    EXPECT_TRUE(object.at("files").is_null());
}

}  // namespace
}  // namespace gnut
