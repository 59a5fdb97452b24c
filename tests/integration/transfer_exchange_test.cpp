#include "swarm_source.hpp"

#include <gmock/gmock.h>

#include <algorithm>

// Those that fetch a file serve what they have of it, find one another, and exchange what the other lacks.

namespace gnutella::test {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;
using Habits = SwarmSource::Habits;

struct ExchangeTest : testing::Test {
    static Settings settings_with(std::vector<Transport> transports) {
        Settings settings = quick_settings();
        settings.transports = std::move(transports);
        return settings;
    }

    // A node that has the file and sends it slowly, to all together.
    static void share(Node& seed, const std::string& content) {
        seed.share().write("moonlight.bin", content);
        seed.start();
    }

    static Hit hit_of(Node& node, const Node& seed) {
        node.start();
        node.connect(seed);
        return node.first_hit("moonlight").value();
    }

    static std::uint64_t wait_for_verified(Node& node, std::uint64_t bytes) {
        return node
            .wait_for<DownloadProgress>([=](const DownloadProgress& progress) { return progress.verified >= bytes; })
            .verified;
    }

    Threads threads{4};
    const std::string content = content_of(6 * megabyte);
};

struct ExchangeOver : ExchangeTest, testing::WithParamInterface<std::vector<Transport>> {};

TEST_P(ExchangeOver, TwoThatFetchFromOneSlowSourceServeOneAnother) {
    Settings slow = settings_with({Transport::http});
    slow.upload_limit = megabyte * 3 / 2;
    Node seed(threads, slow);
    share(seed, content);
    Node first(threads, settings_with(GetParam()));
    Node second(threads, settings_with(GetParam()));
    const Hit hit = hit_of(first, seed);
    hit_of(second, seed);

    auto one = first->async_download(hit, first.downloads().path(), boost::asio::use_future);
    wait_for_verified(first, megabyte * 3 / 2);
    auto other = second->async_download(hit, second.downloads().path(), boost::asio::use_future);
    const DownloadedFile one_file = get(std::move(one));
    const DownloadedFile other_file = get(std::move(other));
    EXPECT_TRUE(first.downloads().read("moonlight.bin") == content);
    EXPECT_TRUE(second.downloads().read("moonlight.bin") == content);
    EXPECT_THAT(other_file.sources, testing::IsSupersetOf({first.endpoint()}));
    EXPECT_THAT(one_file.sources, testing::IsSupersetOf({second.endpoint()}));
    const auto exchanged = first.status().counters.bytes_uploaded + second.status().counters.bytes_uploaded;
    EXPECT_GT(exchanged, content.size() / 4);
    EXPECT_LT(seed.status().counters.bytes_uploaded, 2 * content.size() - content.size() / 4);
    const bool by_quic = std::ranges::count(GetParam(), Transport::quic) > 0;
    EXPECT_EQ(second.status().counters.quic_connections > 0, by_quic) << "the seed has no QUIC";
}

INSTANTIATE_TEST_SUITE_P(Transports, ExchangeOver,
                         testing::Values(std::vector{Transport::http}, std::vector{Transport::quic, Transport::http}),
                         [](const auto& each) { return each.param.size() > 1 ? "Quic" : "Http"; });

TEST_F(ExchangeTest, APartialFileIsServedOverQuic) {
    Settings slow = quick_settings();
    slow.upload_limit = 2 * megabyte;
    Node seed(threads, slow);
    share(seed, content);
    Node partial(threads, settings_with({Transport::quic}));
    partial.share().write("sunrise.bin", "which says what its key is");
    const Hit from_seed = hit_of(partial, seed);
    Download download = partial->download({{from_seed}, partial.downloads().path(), {}});
    wait_for_verified(partial, 2 * megabyte);
    download.pause();
    const auto there = partial.wait_for<DownloadProgress>(
        [](const DownloadProgress& progress) { return progress.state == DownloadState::paused; });

    Hit from_partial = from_seed;
    from_partial.source = partial.endpoint();
    Node other(threads, settings_with({Transport::quic}));
    other.start();
    other.connect(partial);
    from_partial.key = other.first_hit("sunrise").value().key;
    ASSERT_NE(from_partial.key, from_seed.key);
    const DownloadedFile file =
        get(other->download({{from_partial}, other.downloads().path(), {}}).async_wait(boost::asio::use_future));
    EXPECT_TRUE(other.downloads().read("moonlight.bin") == content);
    EXPECT_EQ(file.transport, Transport::quic);
    EXPECT_GT(partial.status().counters.bytes_uploaded, there.verified / 2);
    EXPECT_THAT(file.sources, UnorderedElementsAre(partial.endpoint(), seed.endpoint()))
        << "of whom the other has told, with its key";
}

TEST_F(ExchangeTest, ASourceThatRefusesARangeIsAskedForWhatItHas) {
    Habits partly;
    partly.has = {{2 * 1024 * 1024, 1024 * 1024}, {4 * 1024 * 1024, 1024 * 1024}};
    SwarmSource partial(content, partly);
    Habits slow;
    slow.stalls_after = 0;
    SwarmSource whole(content, slow);
    TestDownloads downloads(threads);
    Download download = downloads.start({partial.hit(), whole.hit()});
    EXPECT_TRUE(eventually([&] { return partial.sent() == 2 * 1024 * 1024; }));
    whole.release();
    const DownloadedFile file = downloads.fetch(download);
    EXPECT_TRUE(downloads.folder().read("swarm.bin") == content);
    EXPECT_EQ(partial.sent(), 2 * 1024 * 1024) << "each byte that it has, once";
    EXPECT_THAT(file.sources, UnorderedElementsAre(partial.hit().source, whole.hit().source));
    EXPECT_GE(partial.refusals(), 1U) << "it was asked for the beginning first";
}

TEST_F(ExchangeTest, ASourceThatHasOnlyAPartOfItIsNotAFailedOne) {
    Habits partly;
    partly.has = {{3 * 1024 * 1024, 1024 * 1024}};
    SwarmSource partial(content, partly);
    SwarmSource whole(content, {});
    TestDownloads downloads(threads);
    Download download = downloads.start({partial.hit()});
    downloads.events().wait_for<DownloadProgress>(
        [](const DownloadProgress& progress) { return progress.verified == 1024 * 1024; });
    EXPECT_FALSE(download.progress().ended) << "it may have more later";
    download.add_source(whole.hit());
    downloads.fetch(download);
    EXPECT_TRUE(downloads.folder().read("swarm.bin") == content);
    EXPECT_EQ(whole.sent(), content.size() - 1024 * 1024);
}

TEST_F(ExchangeTest, APartialSourceIsAskedFromTimeToTimeWhatItHas) {
    Habits silent;
    silent.stalls_after = 0;
    SwarmSource whole(content, silent);
    Habits growing;
    growing.has = {{0, 64 * 1024}};  // the block that the silent one has begun with
    growing.completes_after_refusing = true;
    SwarmSource partial(content, growing);
    Settings patient = quick_settings();
    patient.transfer_timeout = std::chrono::hours(1);
    TestDownloads downloads(threads, patient);
    Download download = downloads.start({whole.hit()});
    whole.wait_for_request();
    download.add_source(partial.hit());
    EXPECT_THAT(downloads.fetch(download).sources, ElementsAre(partial.hit().source));
    EXPECT_TRUE(downloads.folder().read("swarm.bin") == content);
    EXPECT_EQ(partial.refusals(), 1U);
}

TEST_F(ExchangeTest, SourcesAreToldOfUsOnlyWhenThereIsSomethingHere) {
    Habits slow;
    slow.rate = 2 * megabyte;
    SwarmSource source(content, slow);
    TestDownloads downloads(threads);
    downloads.downloads().announce({6346, "", KeyHash{}});
    Download download = downloads.start({source.hit()});
    downloads.events().wait_for<DownloadProgress>(
        [&](const DownloadProgress& progress) { return progress.verified > 1'200'000; });
    const auto addresses = source.said("X-Alt");
    const auto keys = source.said("X-Alt-Quic");
    ASSERT_GE(addresses.size(), 2U);
    EXPECT_EQ(addresses.front(), "") << "nothing is here yet";
    EXPECT_EQ(addresses.back(), "127.0.0.1:6346");
    EXPECT_EQ(keys.front(), "");
    EXPECT_EQ(keys.back(), "127.0.0.1:6346=" + KeyHash{}.to_string());
    download.cancel();
    EXPECT_EQ(error_of(download.async_wait(boost::asio::use_future)), boost::asio::error::operation_aborted);
}

TEST_F(ExchangeTest, SourcesAreToldWhoHasTheFileNoMore) {
    SwarmSource lacking(content, {.knows_index_alone = true});
    SwarmSource whole(content, {.rate = 4 * megabyte});
    TestDownloads downloads(threads);
    Download download = downloads.start({lacking.hit()});
    EXPECT_EQ(error_of(download.async_wait(boost::asio::use_future)), Error::source_lacks_file);
    EXPECT_EQ(downloads.failure_of(lacking.hit()).error, Error::source_lacks_file);
    downloads.fetch({lacking.hit(), whole.hit()});
    EXPECT_EQ(whole.said("X-NAlt").back(), lacking.hit().source.to_string());
}

TEST_F(ExchangeTest, WhoHasTheFileNoMoreIsNotToldAsASource) {
    SwarmSource source(content, {.says = "X-NAlt: 127.0.0.9:8025\r\n"});
    TestDownloads downloads(threads);
    Hit former;
    former.source = {"127.0.0.9", 8025};
    downloads.alternates().learn(*source.hit().urn, former);
    const Endpoint asker{"127.0.0.8", 1};
    ASSERT_EQ(downloads.alternates().tell(*source.hit().urn, asker, {}).size(), 1U);
    downloads.fetch({source.hit()});
    const auto told = downloads.alternates().tell(*source.hit().urn, asker, {});
    EXPECT_EQ(transfer::alternate_locations_text(told), source.hit().source.to_string()) << "it alone is one";
}

TEST_F(ExchangeTest, AWrongKeyThatOthersTellKeepsNobodyFromBeingAsked) {
    Node seed(threads);
    share(seed, content);
    Node partial(threads);
    const Hit hit = hit_of(partial, seed);
    // A source that knows of the seed, and lies about its key.
    ScriptedSource liar([&](Tcp::socket& socket, const std::string&) {
        const std::string seed_at = seed.endpoint().to_string();
        ScriptedSource::send(socket, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nX-Alt: " + seed_at +
                                         "\r\nX-Alt-Quic: " + seed_at + "=" + KeyHash{}.to_string() + "\r\n\r\n");
    });
    Hit known = hit;
    known.source = liar.hit_for(content).source;
    known.transports = {Transport::http};
    Node node(threads);
    node.start();
    Habits stalling;
    stalling.stalls_after = 0;
    SwarmSource staller(content, stalling);
    const auto file =
        get(node->download({{known, staller.hit()}, node.downloads().path(), {}}).async_wait(boost::asio::use_future));
    EXPECT_THAT(file.sources, ElementsAre(seed.endpoint()));
    EXPECT_EQ(file.transport, Transport::http);
    EXPECT_TRUE(node.downloads().read(file.path.filename()) == content);
}

}  // namespace
}  // namespace gnutella::test
