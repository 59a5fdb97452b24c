#include "overlay/router_fixture.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

const Urn urn = *Urn::parse("urn:sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ");

struct RouterAnswers : RouterFixture {
    boost::json::object only_datagram() const {
        EXPECT_THAT(out.datagrams, SizeIs(1));
        return out.datagrams.empty() ? boost::json::object()
                                     : boost::json::parse(out.datagrams[0].frame.bytes()).as_object();
    }
};

TEST_F(RouterAnswers, GoBackOverTheSessionOfARoutedQuery) {
    library.add("my song", 12, urn);
    library.add("your song", 13);
    library.add("picture");
    open(1);
    open(2);
    receive(1, query_json(numbered(1), "song"));
    const auto hit = only_sent(1);
    EXPECT_EQ(text_of(hit, "type"), "QUERY-HIT");
    EXPECT_EQ(text_of(hit, "id"), numbered(1).to_string());
    EXPECT_EQ(text_of(hit, "host"), "10.0.1.1");
    EXPECT_EQ(hit.at("port"), own_port);
    EXPECT_EQ(hit.at("hasFile"), true);
    EXPECT_EQ(text_of(hit, "peer"), identity.to_string());
    EXPECT_EQ(hit.at("transports"), boost::json::array({"http"}));
    ASSERT_EQ(hit.at("results").as_array().size(), 2U);
    const auto& first = hit.at("results").as_array()[0].as_object();
    EXPECT_EQ(text_of(first, "name"), "my song");
    EXPECT_EQ(first.at("size"), 12);
    EXPECT_EQ(text_of(first, "urn"), urn.to_string());
    EXPECT_EQ(out.sends[0].priority, Priority::hit);
    EXPECT_EQ(text_of(only_sent(2), "type"), "QUERY") << "and the query goes on";
    EXPECT_EQ(router().counters().queries_answered, 1U);
}

TEST_F(RouterAnswers, AreNotGivenWithoutAMatch) {
    library.add("picture");
    open(1);
    receive(1, query_json(numbered(1), "song"));
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(library.asked, 1U);
    EXPECT_EQ(router().counters().queries_answered, 0U);
}

TEST_F(RouterAnswers, AnEmptyLibraryIsNotAsked) {
    open(1);
    receive(1, query_json(numbered(1), "song"));
    EXPECT_EQ(library.asked, 0U);
}

TEST_F(RouterAnswers, HoldNoMoreResultsThanTheBound) {
    settings.max_results = 5;
    for (int i = 0; i < 20; ++i) {
        library.add("song " + std::to_string(i));
    }
    open(1);
    receive(1, query_json(numbered(1), "song"));
    EXPECT_EQ(only_sent(1).at("results").as_array().size(), 5U);
}

TEST_F(RouterAnswers, AreNeverLongerThanAMessageMayBe) {
    for (int i = 0; i < 64; ++i) {
        std::string name(1'000, '"');
        name.append("song ").append(std::to_string(i));
        library.add(std::move(name), 1, urn);
    }
    open(1);
    receive(1, query_json(numbered(1), "song"));
    ASSERT_THAT(out.sends, SizeIs(1));
    EXPECT_LE(out.sends[0].frame.size(), 65'507U);
    EXPECT_GE(only_sent(1).at("results").as_array().size(), 16U);
}

TEST_F(RouterAnswers, ToARoutedQueryThatCameOverALegacySessionAreOneDatagram) {
    library.add("my song", 12, urn);
    open_legacy(1);
    open(2);
    receive(1, query_json(numbered(1), "song"));
    EXPECT_THAT(sent(1), IsEmpty()) << "a legacy peer does not pass hits back";
    const auto hit = only_datagram();
    EXPECT_EQ(text_of(hit, "type"), "QUERY-HIT");
    EXPECT_EQ(hit.at("results").as_array().size(), 1U);
    EXPECT_EQ(out.datagrams[0].to.host, "10.9.9.9");
    EXPECT_EQ(out.datagrams[0].to.port, 9'999);
    EXPECT_FALSE(out.datagrams[0].to.neighbour) << "somebody else's query";
    EXPECT_THAT(sent(2), SizeIs(1));
}

TEST_F(RouterAnswers, ToALegacyQueryAreAHitAndTheFile) {
    library.add("song", 12, urn);
    open_legacy(1);
    open(2);
    receive(1, legacy_query_json("DESKTOP-1", 7'001, "some id", "song"));
    const auto hit = only_sent(1);
    EXPECT_EQ(text_of(hit, "type"), "QUERY-HIT");
    EXPECT_EQ(hit.at("hasFile"), true);
    EXPECT_EQ(text_of(hit, "id"), "some id");
    EXPECT_EQ(hit.size(), 5U) << "nothing that the seed does not have";
    ASSERT_THAT(out.files, SizeIs(1));
    EXPECT_EQ(out.files[0].file, 0U);
    EXPECT_EQ(out.files[0].to.host, "DESKTOP-1");
    EXPECT_EQ(out.files[0].to.port, 7'001);
    EXPECT_EQ(out.files[0].to.neighbour, 1U) << "it asks for itself: its address will do";
    EXPECT_THAT(sent(2), IsEmpty()) << "its sender reads one datagram";
    EXPECT_THAT(out.datagrams, IsEmpty());
    EXPECT_EQ(router().counters().queries_answered, 1U);
}

TEST_F(RouterAnswers, ToALegacyQueryThatWasPassedOnGoWhereItSays) {
    library.add("song");
    open_legacy(1);
    open(2);
    receive(1, legacy_query_json("DESKTOP-9", 7'009, "one", "song"));
    receive(2, legacy_query_json("DESKTOP-9", 7'009, "two", "song"));
    ASSERT_THAT(out.files, SizeIs(2));
    EXPECT_FALSE(out.files[0].to.neighbour);
    EXPECT_FALSE(out.files[1].to.neighbour) << "a modern neighbour only passed it on";
}

TEST_F(RouterAnswers, AFileTooLargeForADatagramIsNotPromised) {
    library.add("song", 65'508);
    open_legacy(1);
    open(2);
    receive(1, legacy_query_json("DESKTOP-1", 7'001, "some id", "song"));
    EXPECT_EQ(only_sent(1).at("hasFile"), false);
    ASSERT_THAT(out.too_large, SizeIs(1));
    EXPECT_EQ(out.too_large[0].asked_over, 1U);
    EXPECT_THAT(out.files, IsEmpty());
    EXPECT_THAT(sent(2), SizeIs(1)) << "others may have one that fits";
    EXPECT_EQ(router().counters().queries_answered, 0U);
}

TEST_F(RouterAnswers, TheLargestFileThatFitsIsSent) {
    library.add("song", 65'508);
    library.add("song", 65'507);
    open_legacy(1);
    receive(1, legacy_query_json("DESKTOP-1", 7'001, "some id", "song"));
    EXPECT_EQ(only_sent(1).at("hasFile"), true);
    ASSERT_THAT(out.files, SizeIs(1));
    EXPECT_EQ(out.files[0].file, 1U);
}

TEST_F(RouterAnswers, WithNowhereToGoAreNotSent) {
    library.add("song");
    open_legacy(1);
    receive(1, R"({"type": "QUERY", "host": "", "port": 5, "file": "song", "id": "a"})");
    receive(1, R"({"type": "QUERY", "host": "h", "port": 0, "file": "song", "id": "b"})");
    receive(1, R"({"type": "QUERY", "host": null, "port": null, "file": "song", "id": "c", "reply": "routed"})");
    EXPECT_THAT(out.files, IsEmpty());
    EXPECT_THAT(out.datagrams, IsEmpty());
}

TEST_F(RouterAnswers, DatagramsGoOnlyWhereTheyMay) {
    const wire::IpAddress open_net = wire::IpAddress::v4({198, 51, 100, 7});
    EXPECT_FALSE(router().allow_datagram(open_net, now));
    EXPECT_EQ(router().counters().refused_datagrams, 1U);

    Router::Start start = start_of(1, Direction::incoming);
    start.remote_address = open_net;
    router().opened(start, now, out);
    EXPECT_FALSE(router().allow_datagram(open_net, now)) << "not open yet";
    receive(1, R"({"type": "PING", "host": "h", "port": 1, "id": "x"})");
    for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(router().allow_datagram(open_net, now));
    }
    EXPECT_FALSE(router().allow_datagram(open_net, now));
    EXPECT_EQ(router().counters().excess_datagrams, 1U);

    router().closed(1, Error::lost, now, out);
    EXPECT_FALSE(router().allow_datagram(open_net, now + std::chrono::minutes(1)));
    EXPECT_EQ(router().counters().refused_datagrams, 3U);
}

}  // namespace
}  // namespace gnutella::overlay
