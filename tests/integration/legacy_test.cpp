#include "node.hpp"
#include "raw_peer.hpp"

// What the seed's own peers do, and what they are given: docs/json-dialect.md.

namespace gnutella::test {
namespace {

std::string legacy_query(const RawPeer& asker, const std::string& file, const std::string& id,
                         const std::string& host = "DESKTOP-3T") {
    return R"({"type": "QUERY", "host": ")" + host + R"(", "port": )" + std::to_string(asker.datagram_port()) +
           R"(, "file": ")" + file + R"(", "id": ")" + id + R"("})";
}

TEST(LegacyPeer, IsGreetedWithoutExtensions) {
    Threads threads;
    Node node(threads);
    node.start();
    RawPeer raw(node.endpoint());
    const auto pong = raw.greet_as_legacy();
    EXPECT_EQ(pong.at("type"), "PONG");
    EXPECT_EQ(pong.at("id"), "<function uuid3 at 0x7f1234567890>");
    EXPECT_EQ(pong.at("port"), node.endpoint().port);
    EXPECT_TRUE(node.wait_for<SessionOpened>().session.legacy);
}

TEST(LegacyPeer, GetsTheFileAsOneDatagram) {
    Threads threads;
    Node node(threads);
    node.share().write("notes.txt", "what I wrote");
    node.start();
    RawPeer raw(node.endpoint());
    raw.greet_as_legacy();
    raw.send(legacy_query(raw, "notes.txt", "1"));
    EXPECT_EQ(raw.receive_datagram(), "what I wrote");
    const auto hit = raw.receive("QUERY-HIT");
    ASSERT_TRUE(hit);
    EXPECT_EQ(hit->at("hasFile"), true);
    EXPECT_EQ(hit->at("id"), "1");
}

// The node's counters when the condition holds.
template <class Condition>
Counters counters_when(Node& node, Condition condition) {
    Counters counters;
    EXPECT_TRUE(eventually([&] {
        counters = node.status().counters;
        return condition(counters);
    }));
    return counters;
}

TEST(LegacyPeer, GetsNoMoreDatagramsInASecondThanOneAddressMay) {
    constexpr std::uint64_t asked = 20;
    Threads threads;
    Settings settings = quick_settings();
    settings.datagrams_per_second = 1;
    Node node(threads, settings);
    node.share().write("notes.txt", "what I wrote");
    node.start();
    RawPeer raw(node.endpoint());
    raw.greet_as_legacy();
    for (std::uint64_t id = 0; id < asked; ++id) {
        raw.send(legacy_query(raw, "notes.txt", std::to_string(id)));
    }
    const auto decided = [](const Counters& counters) { return counters.raw_files_sent + counters.excess_datagrams; };
    const Counters counters = counters_when(node, [&](const Counters& now) { return decided(now) >= asked; });
    EXPECT_EQ(decided(counters), asked) << "what is too much is not sent";
    EXPECT_GE(counters.excess_datagrams, 1U);
    EXPECT_EQ(raw.receive_datagram(), "what I wrote");
}

TEST(LegacyPeer, CannotAimADatagramAtOthers) {
    Threads threads;
    Node node(threads);
    node.share().write("notes.txt", "what I wrote");
    node.start();
    RawPeer raw(node.endpoint());
    raw.greet_as_legacy();
    raw.send(legacy_query(raw, "notes.txt", "1", "192.0.2.1"));
    const auto refused = [](const Counters& now) { return now.refused_datagrams >= 1; };
    EXPECT_EQ(counters_when(node, refused).refused_datagrams, 1U);
    raw.send(legacy_query(raw, "notes.txt", "2"));
    EXPECT_EQ(raw.receive_datagram(), "what I wrote");
    EXPECT_EQ(node.status().counters.raw_files_sent, 1U);
}

TEST(LegacyPeer, GetsNothingButAnExactName) {
    Threads threads;
    Node node(threads);
    node.share().write("notes.txt", "what I wrote");
    node.share().write("sub/deep.txt", "deep");
    node.start();
    RawPeer raw(node.endpoint());
    raw.greet_as_legacy();
    for (const char* name :
         {"notes", "NOTES.TXT", "../notes.txt", "./notes.txt", "sub/deep.txt", "/etc/passwd", "..", ""}) {
        raw.send(legacy_query(raw, name, std::string("for ") + name));
    }
    raw.send(legacy_query(raw, "deep.txt", "last"));  // a file in a folder below, by its name
    EXPECT_EQ(raw.receive_datagram(), "deep");
    const auto hit = raw.receive("QUERY-HIT");
    ASSERT_TRUE(hit);
    EXPECT_EQ(hit->at("id"), "last");
}

TEST(LegacyPeer, IsToldThatAFileIsTooLargeForADatagram) {
    Threads threads;
    Node node(threads);
    node.share().write("large.bin", std::string(65'508, 'x'));
    node.share().write("fits.bin", std::string(65'507, 'y'));
    node.start();
    RawPeer raw(node.endpoint());
    raw.greet_as_legacy();
    raw.send(legacy_query(raw, "large.bin", "1"));
    const auto refusal = raw.receive("QUERY-HIT");
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->at("hasFile"), false);
    raw.send(legacy_query(raw, "fits.bin", "2"));
    EXPECT_EQ(raw.receive_datagram(), std::string(65'507, 'y'));
}

TEST(LegacyPeer, IsNotAnsweredByDatagramsThatAreMoreThanMayBeUnderWay) {
    Threads threads;
    Settings settings = quick_settings();
    settings.max_answers = 0;
    Node node(threads, settings);
    node.share().write("notes.txt", "what I wrote");
    node.start();
    RawPeer raw(node.endpoint());
    raw.greet_as_legacy();
    raw.send(legacy_query(raw, "notes.txt", "1"));
    EXPECT_TRUE(raw.receive("QUERY-HIT")) << "which says the name, the size and the hash";
    const auto dropped = [](const Counters& now) { return now.refused_datagrams >= 1; };
    EXPECT_EQ(counters_when(node, dropped).refused_datagrams, 1U);
    EXPECT_EQ(node.status().counters.raw_files_sent, 0U);
}

TEST(LegacyPeer, ItsQueryIsSentOnByteForByte) {
    Threads threads;
    Node node(threads);
    node.start();
    RawPeer asker(node.endpoint());
    RawPeer other(node.endpoint());
    asker.greet_as_legacy();
    other.greet();
    const std::string query = legacy_query(asker, "somewhere.txt", "1");
    asker.send(query);
    const auto forwarded = other.receive("QUERY");
    ASSERT_TRUE(forwarded);
    EXPECT_EQ(*forwarded, boost::json::parse(query));
}

TEST(LegacyPeer, ItsRawFileIsAnUnverifiedHit) {
    Threads threads;
    Node node(threads);
    node.start();
    RawPeer raw(node.endpoint());
    raw.greet_as_legacy();
    node.wait_for<SessionOpened>();
    Query query = node->query("readme.txt");
    const auto asked = raw.receive("QUERY");
    ASSERT_TRUE(asked);
    EXPECT_EQ(asked->at("file"), "readme.txt");
    raw.send_datagram("raw content", static_cast<std::uint16_t>(asked->at("port").to_number<int>()));
    const auto hit = get(query.async_next(boost::asio::use_future));
    ASSERT_TRUE(hit);
    ASSERT_TRUE(hit->content);
    EXPECT_EQ(*hit->content, "raw content");
    EXPECT_EQ(hit->name, "readme.txt");
    EXPECT_FALSE(hit->urn);
    const auto file = get(node->async_download(*hit, node.downloads().path(), boost::asio::use_future));
    EXPECT_EQ(file.verification, Verification::unverifiable);
    EXPECT_EQ(node.downloads().read("readme.txt"), "raw content");
}

TEST(LegacyPeer, InBetweenHitsComeByDatagram) {
    // node A - legacy peer - node B: B's hit cannot go back through the legacy peer, so it goes to A's inbox.
    Threads threads;
    Node a(threads);
    Node b(threads);
    b.share().write("beyond.txt", "beyond");
    a.start();
    b.start();
    RawPeer to_a(a.endpoint());
    RawPeer to_b(b.endpoint());
    to_a.greet_as_legacy();
    to_b.greet_as_legacy();
    a.wait_for<SessionOpened>();
    Query query = a->query("beyond");
    const auto passing = to_a.receive("QUERY");
    ASSERT_TRUE(passing);
    to_b.send(boost::json::serialize(*passing));
    const auto hit = get(query.async_next(boost::asio::use_future));
    ASSERT_TRUE(hit);
    EXPECT_EQ(hit->source, b.endpoint());
    const auto file = get(a->async_download(*hit, a.downloads().path(), boost::asio::use_future));
    EXPECT_EQ(file.verification, Verification::verified);
}

TEST(LegacyPeer, GetsMessagesApartInTime) {
    Threads threads;
    Settings settings = quick_settings();
    settings.legacy_spacing = std::chrono::milliseconds(50);
    Node node(threads, settings);
    node.start();
    RawPeer raw(node.endpoint());
    raw.greet_as_legacy();
    node.wait_for<SessionOpened>();
    const auto before = std::chrono::steady_clock::now();
    const Query first = node->query("one");
    const Query second = node->query("two");
    raw.receive("QUERY");
    raw.receive("QUERY");
    EXPECT_GE(std::chrono::steady_clock::now() - before, settings.legacy_spacing);
}

}  // namespace
}  // namespace gnutella::test
