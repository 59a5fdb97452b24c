#include "overlay/bridge_fixture.hpp"
#include "wire/gnutella/hit_extensions.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

namespace json = boost::json;

class Bridge : public BridgeFixture {
  protected:
    wire::Query query_to(SessionId id) {
        kept_ = sent_of<wire::Query>(id);
        EXPECT_THAT(kept_, SizeIs(1));
        return *kept_.at(0)->as<wire::Query>();
    }
    std::string hit_json(const std::string& id, std::string_view name, std::string_view host = "10.7.7.7") {
        return json::serialize(
            json::object{{"type", "QUERY-HIT"},
                         {"host", host},
                         {"port", 8'030},
                         {"hasFile", true},
                         {"id", id},
                         {"peer", numbered(88).to_string()},
                         {"key", key().to_string()},
                         {"transports", {"quic", "http"}},
                         {"results", {{{"name", name}, {"size", 1'234}, {"urn", some_urn().to_string()}}}}});
    }
    static KeyHash key() {
        KeyHash key;
        key.bytes.fill(6);
        return key;
    }

    Binaries kept_;
};

TEST_F(Bridge, AQueryInJsonGoesOnInGnutella) {
    open_all();
    receive(1, query_json(numbered(100), "moonlight sonata", 5, 1));
    const wire::Query query = query_to(11);
    EXPECT_EQ(kept_[0]->message.id, numbered(100));
    EXPECT_EQ(kept_[0]->message.ttl, 4);
    EXPECT_EQ(kept_[0]->message.hops, 2);
    EXPECT_EQ(query.text, "moonlight sonata");
    EXPECT_FALSE(query.urn.has_value());
    EXPECT_EQ(query.extensions, "") << "GnutellaBun takes \"urn:\" for the URN of a file";
    EXPECT_THAT(sent(2), SizeIs(1));
    EXPECT_THAT(sent(3), SizeIs(1));
    EXPECT_EQ(router().counters().queries_bridged, 1U);
    EXPECT_EQ(router().counters().queries_forwarded, 4U);
}

TEST_F(Bridge, EachDialectIsWrittenOnce) {
    open_all();
    receive(1, query_json(numbered(100), "song", 5, 1));
    ASSERT_THAT(out.sends, SizeIs(4));
    std::set<const char*> frames;
    for (const auto& send : out.sends) {
        frames.insert(send.frame.bytes().data());
    }
    EXPECT_THAT(frames, SizeIs(2));
}

TEST_F(Bridge, AQueryForAFileByItsHashStaysOne) {
    open_all();
    receive(1, R"({"type":"QUERY","host":"h","port":1,"file":"","id":")" + numbered(100).to_string() +
                   R"(","ttl":5,"hops":0,"reply":"routed","urn":")" + some_urn().to_string() + R"("})");
    EXPECT_EQ(query_to(11).urn, some_urn());
}

TEST_F(Bridge, AQueryOfGnutellaGoesOnInJson) {
    open_all();
    receive(11, binary_query(numbered(100), "moonlight sonata", 4, 2));
    const json::object query = only_sent(1);
    EXPECT_EQ(text_of(query, "type"), "QUERY");
    EXPECT_EQ(text_of(query, "id"), numbered(100).to_string());
    EXPECT_EQ(text_of(query, "file"), "moonlight sonata");
    EXPECT_EQ(text_of(query, "reply"), "routed");
    EXPECT_EQ(query.at("ttl"), 3);
    EXPECT_EQ(query.at("hops"), 3);
    EXPECT_EQ(query.at("port"), own_port);
    EXPECT_THAT(sent(3), IsEmpty()) << "what a legacy peer answers finds no way back";
    EXPECT_THAT(sent_of<wire::Query>(12), SizeIs(1));
}

TEST_F(Bridge, AQueryThatIsTooLongForJsonStaysInGnutella) {
    open_all();
    const std::string no_utf8(342, '\x80');
    const std::string long_text(1'025, 'w');
    std::uint32_t number = 100;
    for (const std::string& text : {no_utf8, long_text}) {
        receive(11, binary_query(numbered(number++), text));
        EXPECT_THAT(sent(1), IsEmpty());
        EXPECT_THAT(sent_of<wire::Query>(12), SizeIs(1));
        out.clear();
    }
    EXPECT_EQ(router().counters().expired_queries, 2U);
    for (const std::string& text : {no_utf8.substr(1), long_text.substr(1)}) {
        receive(11, binary_query(numbered(number++), text));
        ASSERT_THAT(sent_texts(1), SizeIs(1));
        with_message(sent_texts(1)[0], [](const wire::Message& message) {
            EXPECT_LE(std::get<wire::Query>(message.body).text.size(), 1'024U) << "as others read it";
        });
        out.clear();
    }
}

TEST_F(Bridge, AQueryWhoseTtlIsUsedUpDoesNotCross) {
    open_all();
    receive(11, binary_query(numbered(100), "song", 1, 2));
    receive(1, query_json(numbered(101), "song", 1, 2));
    EXPECT_THAT(out.sends, IsEmpty());
}

TEST_F(Bridge, TheSameQueryIsHandledOnceWhicheverDialectItComesIn) {
    open_all();
    receive(1, query_json(numbered(100), "song"));
    out.clear();
    receive(11, binary_query(numbered(100), "song"));
    EXPECT_THAT(out.sends, IsEmpty());
    receive(11, binary_query(numbered(101), "song"));
    out.clear();
    receive(1, query_json(numbered(101), "song"));
    EXPECT_THAT(out.sends, IsEmpty());
    EXPECT_EQ(router().counters().duplicate_queries, 2U);
}

TEST_F(Bridge, AHitOfGnutellaComesBackInJson) {
    open_all();
    receive(1, query_json(numbered(100), "song"));
    out.clear();
    receive(11, binary_hit(numbered(100), "a song", some_urn(), 5'000'000'000));
    const json::object hit = only_sent(1);
    EXPECT_EQ(text_of(hit, "type"), "QUERY-HIT");
    EXPECT_EQ(text_of(hit, "id"), numbered(100).to_string());
    EXPECT_EQ(text_of(hit, "host"), "10.8.8.8");
    EXPECT_EQ(hit.at("port"), 6'346);
    EXPECT_EQ(hit.at("hasFile"), true);
    EXPECT_EQ(text_of(hit, "peer"), servent_of_hits().to_string());
    EXPECT_EQ(hit.at("transports"), (json::array{"http"}));
    EXPECT_EQ(text_of(hit, "client"), "gtk-gnutella");
    EXPECT_FALSE(hit.contains("firewalled"));
    EXPECT_FALSE(hit.contains("proxies"));
    const json::object& result = hit.at("results").as_array().at(0).as_object();
    EXPECT_EQ(text_of(result, "name"), "a song");
    EXPECT_EQ(result.at("size"), 5'000'000'000);
    EXPECT_EQ(text_of(result, "urn"), some_urn().to_string());
    EXPECT_EQ(router().counters().hits_bridged, 1U);
}

TEST_F(Bridge, AHitThatIsTooMuchForOneOfJsonComesBackAsSeveral) {
    open_all();
    const auto hit_with = [](std::size_t results, std::size_t length) {
        wire::QueryHit hit{
            .from = {{}, 6'346, wire::IpAddress::v4({10, 8, 8, 8})}, .peer = {}, .transports = {}, .results = {}};
        hit.vendor = "GTKG";
        std::vector<std::string> names;
        for (std::size_t at = 0; at < results; ++at) {
            names.push_back(std::to_string(at) + std::string(length, '"'));
        }
        for (const std::string& name : names) {
            hit.results.push_back({name, 1, std::nullopt, 1});
        }
        return wire::encode_binary({numbered(100), 4, 1}, hit);
    };
    receive(1, query_json(numbered(100), "song"));
    for (const auto& [results, length] : {std::pair(60, 900), std::pair(64, 10)}) {
        out.clear();
        receive(11, hit_with(static_cast<std::size_t>(results), static_cast<std::size_t>(length)));
        std::vector<std::string> names;
        for (const std::string& text : sent_texts(1)) {
            EXPECT_LT(text.size(), 65'507U);
            with_message(text, [&names](const wire::Message& message) {
                for (const wire::Result& result : std::get<wire::QueryHit>(message.body).results) {
                    names.emplace_back(result.name);
                }
            });
        }
        EXPECT_EQ(sent(1).size() == 1, length == 10) << "no more than are needed";
        ASSERT_THAT(names, SizeIs(results));
        EXPECT_EQ(names.front(), "0" + std::string(static_cast<std::size_t>(length), '"'));
        EXPECT_EQ(names.back(), std::to_string(results - 1) + std::string(static_cast<std::size_t>(length), '"'));
    }
    out.clear();
    receive(11, hit_with(1, 40'000));
    EXPECT_TRUE(out.empty()) << "too long even alone";
    EXPECT_EQ(router().counters().unreachable_hits, 1U);
    EXPECT_EQ(router().counters().hits_bridged, 2U);
}

TEST_F(Bridge, AHitInJsonComesBackInGnutella) {
    open_all();
    receive(11, binary_query(numbered(100), "song"));
    out.clear();
    receive(1, hit_json(numbered(100).to_string(), "a song"));
    const auto hits = sent_of<wire::QueryHit>(11);
    ASSERT_THAT(hits, SizeIs(1));
    EXPECT_EQ(hits[0]->message.id, numbered(100));
    EXPECT_EQ(hits[0]->message.hops, 0);
    const auto& hit = *hits[0]->as<wire::QueryHit>();
    EXPECT_EQ(hit.from.address, wire::IpAddress::v4({10, 7, 7, 7}));
    EXPECT_EQ(hit.from.port, 8'030);
    EXPECT_EQ(hit.peer, numbered(88));
    EXPECT_EQ(hit.vendor, "LGNU");
    EXPECT_EQ(hit.state.firewalled, false);
    ASSERT_THAT(hit.results, SizeIs(1));
    EXPECT_EQ(hit.results[0].name, "a song");
    EXPECT_EQ(hit.results[0].size, 1'234U);
    EXPECT_EQ(hit.results[0].urn, some_urn());
    std::pmr::monotonic_buffer_resource memory;
    EXPECT_EQ(wire::read_hit_extensions(hit.extensions, memory).quic_key, key());
    EXPECT_THAT(sent(2), IsEmpty());
}

TEST_F(Bridge, AnIdThatIsNoUuidComesBackAsItWas) {
    open_all();
    receive(1,
            R"({"type":"QUERY","host":"h","port":1,"file":"song","id":"my own id","ttl":5,"hops":0,"reply":"routed"})");
    const Guid id = (query_to(11), kept_[0]->message.id);
    out.clear();
    receive(11, binary_hit(id, "song", some_urn()));
    EXPECT_EQ(text_of(only_sent(1), "id"), "my own id");
}

TEST_F(Bridge, AHitInJsonWithoutANumericAddressIsLeftOut) {
    open_all();
    receive(11, binary_query(numbered(100), "song"));
    out.clear();
    receive(1, hit_json(numbered(100).to_string(), "song", "DESKTOP-3T"));
    EXPECT_THAT(out.sends, IsEmpty());
    EXPECT_EQ(router().counters().unreachable_hits, 1U);
}

TEST_F(Bridge, ALegacyPeerThatAsksIsFetchedTheFile) {
    open_all();
    receive(3, legacy_query_json("DESKTOP-3", 7'003, "legacy id", "song.ogg"));
    EXPECT_EQ(query_to(11).text, "song.ogg");
    const Guid id = kept_[0]->message.id;
    out.clear();
    receive(11, binary_hit(id, "another song.ogg", some_urn()));
    receive(11, binary_hit(id, "song.ogg", some_urn(), 65'508));
    receive(11, binary_hit(id, "song.ogg", std::nullopt));
    EXPECT_TRUE(out.empty()) << "not the name, too large, not to be verified";
    receive(11, binary_hit(id, "song.ogg", some_urn(), 65'507));
    const json::object hit = only_sent(3);
    EXPECT_EQ(text_of(hit, "type"), "QUERY-HIT");
    EXPECT_EQ(hit.at("hasFile"), true);
    EXPECT_EQ(text_of(hit, "id"), "legacy id");
    ASSERT_THAT(out.fetches, SizeIs(1));
    EXPECT_EQ(out.fetches[0].hit.source, (Endpoint{"10.8.8.8", 6'346}));
    EXPECT_EQ(out.fetches[0].hit.urn, some_urn());
    EXPECT_EQ(out.fetches[0].to.host, "DESKTOP-3");
    EXPECT_EQ(out.fetches[0].to.port, 7'003);
    EXPECT_EQ(out.fetches[0].to.neighbour, 3U);
    out.clear();
    receive(12, binary_hit(id, "song.ogg", some_urn()));
    EXPECT_TRUE(out.empty()) << "it reads one datagram";
}

TEST_F(Bridge, NobodyIsFetchedAFileFromWhereAStrangerAims) {
    open_all();
    receive(3, legacy_query_json("DESKTOP-3", 7'003, "legacy id", "song"));
    const Guid id = (query_to(11), kept_[0]->message.id);
    const auto hit_from = [&id](wire::IpAddress host, std::uint16_t port, bool firewalled,
                                std::span<const wire::PackedHost> proxies = {}) {
        const std::string extensions = wire::write_hit_extensions({}, proxies);
        wire::QueryHit hit{.from = {{}, port, host}, .peer = numbered(88), .transports = {}, .results = {}};
        hit.vendor = "GTKG";
        hit.state.firewalled = firewalled;
        hit.extensions = extensions;
        hit.results.push_back({"song", 100, some_urn(), 77});
        return wire::encode_binary({id, 4, 1}, hit);
    };
    const auto there = wire::IpAddress::v4({10, 8, 8, 8});
    const auto here = wire::IpAddress::v4({127, 0, 0, 1});
    out.clear();
    receive(11, hit_from(there, 1'023, false));
    receive(11, hit_from(here, 6'346, false));
    EXPECT_TRUE(out.empty()) << "a port of the system's services, and our own machine";
    EXPECT_EQ(router().counters().unreachable_hits, 2U);
    const std::vector<wire::PackedHost> proxies{{here, 6'346}, {there, 25}, {there, 6'346}};
    receive(11, hit_from(here, 6'346, true, proxies));
    ASSERT_THAT(out.fetches, SizeIs(1));
    EXPECT_EQ(out.fetches[0].hit.source.host, "") << "it can but come to us";
    EXPECT_THAT(out.fetches[0].hit.push_proxies, testing::ElementsAre(Endpoint("10.8.8.8", 6'346)));
}

TEST_F(Bridge, ALegacyPeerBehindAnotherNodeIsFetchedItToo) {
    open_all();
    receive(1, legacy_query_json("10.4.4.4", 7'003, numbered(100).to_string(), "song.ogg"));
    out.clear();
    receive(11, binary_hit(numbered(100), "song.ogg", some_urn()));
    EXPECT_EQ(only_sent(1).at("hasFile"), true);
    ASSERT_THAT(out.fetches, SizeIs(1));
    EXPECT_EQ(out.fetches[0].to.host, "10.4.4.4");
    EXPECT_EQ(out.fetches[0].to.neighbour, std::nullopt);
}

TEST_F(Bridge, ARoutedQueryOverALegacyPeerIsAnsweredByDatagram) {
    open_all();
    receive(3, query_json(numbered(100), "song", 5, 2));
    out.clear();
    receive(11, binary_hit(numbered(100), "song", some_urn()));
    EXPECT_THAT(out.sends, IsEmpty());
    ASSERT_THAT(out.datagrams, SizeIs(1));
    EXPECT_EQ(out.datagrams[0].to.host, "10.9.9.9");
    EXPECT_EQ(text_of(json::parse(out.datagrams[0].frame.bytes()).as_object(), "id"), numbered(100).to_string());
}

TEST_F(Bridge, ALeafAsksForItsNeighboursInJsonInItsOwnName) {
    settings.role = Role::leaf;
    open_all();
    receive(1, query_json(numbered(100), "song", 5, 2));
    query_to(11);
    EXPECT_EQ(kept_[0]->message.hops, 0) << "an ultrapeer ends the session with a leaf that relays";
    EXPECT_EQ(kept_[0]->message.ttl, 4);
}

TEST_F(Bridge, ALeafPassesAQueryOnIntoJsonAsItCame) {
    settings.role = Role::leaf;
    open_all();
    receive(11, binary_query(numbered(100), "song", 4, 2));
    EXPECT_EQ(only_sent(1).at("hops"), 3) << "or its neighbour would take it for the asker";
    EXPECT_EQ(only_sent(1).at("ttl"), 3);
}

TEST_F(Bridge, AGuidStormInOneDialectIsBoundedInTheOther) {
    open_all();
    settings.max_routes = 100;
    for (std::uint32_t i = 0; i < 1'000; ++i) {
        receive(11, binary_query(numbered(1'000 + i), "song"));
    }
    EXPECT_EQ(router().counters().queries_handled, settings.query_burst);
    EXPECT_THAT(sent(1), SizeIs(settings.query_burst));
}

}  // namespace
}  // namespace gnutella::overlay
