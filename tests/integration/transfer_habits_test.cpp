#include "swarm_source.hpp"

// Downloads from sources with the habits of other programs.

namespace gnutella::test {
namespace {

constexpr std::size_t gtk_gnutella_piece = 512 * 1024;

struct SourceHabits : testing::Test {
    Threads threads;
    TestDownloads downloads{threads};
    const std::string content = content_of(3'000'000);

    static Hit by_index(Hit hit) {
        hit.dialect = Dialect::gnutella;
        hit.index = SwarmSource::index;
        return hit;
    }
    static Hit without_tree(Hit hit) {
        hit.urn = Urn(*hit.urn->sha1());
        return hit;
    }
};

TEST_F(SourceHabits, AnswersShorterThanAskedAreFollowedByTheRestOverTheSameConnection) {
    SwarmSource source(content, {.most_at_once = gtk_gnutella_piece});
    const auto file = downloads.fetch({without_tree(source.hit())});
    EXPECT_EQ(file.urn, urn_of(content));
    EXPECT_EQ(source.requests(), 6U);
    EXPECT_EQ(source.connections(), 1U) << "over which it was asked for the root of the tree, too";
}

TEST_F(SourceHabits, AnswersShorterThanAskedServeASwarm) {
    SwarmSource source(content, {.most_at_once = gtk_gnutella_piece});
    const auto file = downloads.fetch({source.hit()});
    EXPECT_EQ(file.urn, urn_of(content));
    EXPECT_EQ(source.connections(), 1U) << "over which it was asked for the tree, too";
}

TEST_F(SourceHabits, AConnectionThatASourceClosesInPlaceOfASecondAnswerIsMadeAnew) {
    for (const bool has_tree : {true, false}) {
        for (const bool names_root : {true, false}) {  // or is asked for it by HEAD
            SwarmSource source(content, {.has_tree = has_tree, .answers_once = true});
            const auto file = downloads.fetch({names_root ? source.hit() : without_tree(source.hit())});
            EXPECT_EQ(file.urn, urn_of(content));
            EXPECT_EQ(source.trees_sent(), has_tree && names_root ? 1U : 0U);
            EXPECT_EQ(downloads.counters().sources_failed, 0);
            std::filesystem::remove(file.path);
        }
        SwarmSource source(content, {.has_tree = has_tree, .answers_once = true, .tells_root = true});
        const auto file = downloads.fetch({without_tree(source.hit())});
        EXPECT_EQ(file.urn, urn_of(content));
        EXPECT_EQ(source.trees_sent(), has_tree ? 1U : 0U) << "over another connection than the root";
        EXPECT_EQ(downloads.counters().sources_failed, 0);
        std::filesystem::remove(file.path);
    }
}

TEST_F(SourceHabits, AFileIsAskedForByNumberWhereItsHashIsNotKnown) {
    for (const bool has_tree : {true, false}) {
        SwarmSource source(content, {.has_tree = has_tree, .knows_index_alone = true});
        const Hit hit = has_tree ? source.hit() : without_tree(source.hit());
        const auto file = downloads.fetch({by_index(hit)});
        EXPECT_EQ(file.urn, urn_of(content));
        std::filesystem::remove(file.path);
        EXPECT_EQ(downloads.error_of_fetching({hit}), Error::source_lacks_file) << "a hit that gave it no number";
    }
}

TEST_F(SourceHabits, AHitWithoutAHashIsAskedWhatItIs) {
    SwarmSource source(content, {});
    Hit hit = by_index(source.hit());
    hit.urn.reset();
    const auto file = downloads.fetch({hit});
    EXPECT_EQ(file.urn, urn_of(content));
    EXPECT_EQ(file.verification, Verification::verified);
}

TEST_F(SourceHabits, ADownloadThatIsPausedBeforeItIsKnownWhatTheFileIsGoesOn) {
    SwarmSource source(content, {.keeps_head_back = true});
    Hit hit = by_index(source.hit());
    hit.urn.reset();
    Download download = downloads.start({hit});
    source.wait_for_request_that_is_kept_back();
    downloads.pause(download);
    source.release();
    download.resume();
    EXPECT_EQ(downloads.fetch(download).urn, urn_of(content));
}

TEST_F(SourceHabits, ARootThatASourceTellsLetsAllSourcesServeAtOnce) {
    constexpr std::size_t slow = 4'000'000;
    SwarmSource teller(content, {.rate = slow, .tells_root = true});
    SwarmSource other(content, {.rate = slow, .has_tree = false});
    const auto file = downloads.fetch({without_tree(teller.hit()), without_tree(other.hit())});
    EXPECT_EQ(file.urn, urn_of(content));
    EXPECT_EQ(file.sources.size(), 2U);
}

TEST_F(SourceHabits, ARootThatIsALieCostsTheLiarAlone) {
    std::string something_else = content;
    something_else[5] = static_cast<char>(something_else[5] ^ 1);
    SwarmSource liar(something_else, {.tells_root = true});
    SwarmSource honest(content, {.has_tree = false});
    Hit lie = without_tree(liar.hit());
    lie.urn = without_tree(honest.hit()).urn;
    const auto file = downloads.fetch({lie, without_tree(honest.hit())});
    EXPECT_EQ(file.urn, urn_of(content));
    EXPECT_EQ(file.sources, std::vector<Endpoint>{honest.hit().source});
    EXPECT_EQ(downloads.failure_of(lie).error, Error::source_lied);
    std::filesystem::remove(file.path);
    EXPECT_EQ(downloads.error_of_fetching({lie}), Error::source_lied) << "when there is nobody else";
}

// ---- for legacy peers: into memory ----

TEST_F(SourceHabits, ASmallFileIsFetchedIntoMemoryAndVerified) {
    const std::string small = content_of(60'000);
    const auto fetched = [this](const Hit& hit) {
        auto done = std::make_shared<std::promise<std::pair<error_code, std::string>>>();
        downloads.downloads().fetch_into_memory(hit, [done](error_code error, std::string text) {
            done->set_value({error, std::move(text)});
        });
        return get(done->get_future());
    };
    SwarmSource source(small, {.most_at_once = 25'000, .knows_index_alone = true});
    EXPECT_EQ(fetched(by_index(source.hit())).second, small);
    EXPECT_EQ(source.connections(), 1U);
    SwarmSource liar(small, {.lies = true});
    EXPECT_EQ(fetched(liar.hit()).first, Error::hash_mismatch);
    SwarmSource short_one(small, {.vanishes_after = 16'384});
    EXPECT_EQ(fetched(short_one.hit()).first, Error::source_closed);
    SwarmSource large(content, {});
    EXPECT_EQ(fetched(large.hit()).first, Error::no_source) << "in no datagram";
    downloads.stop();
    EXPECT_EQ(fetched(source.hit()).first, Error::no_source);
}

TEST_F(SourceHabits, ABusySourceIsAskedAgainInTime) {
    SwarmSource source(content, {.busy_for = 1});
    const auto file = downloads.fetch({source.hit()});
    EXPECT_EQ(file.urn, urn_of(content));
    EXPECT_EQ(source.requests(), 3U) << "the first, which was refused, again, and the rest";
    EXPECT_GE(file.seconds.count(), 1.0) << "not before pollMin";
}

}  // namespace
}  // namespace gnutella::test
