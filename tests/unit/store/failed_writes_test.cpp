#include "block_layout.hpp"
#include "hash_tree.hpp"
#include "store/database.hpp"
#include "store/store.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

// What the store says of what it cannot write.

namespace gnutella::store {
namespace {

using Tell = Store::WriteFailure::Tell;

// Little more than an empty database takes.
constexpr std::uint64_t little_room = 64 * 1024;

// That of a file of 1 GiB: hundreds of pages.
const HashTree& large_tree() {
    constexpr std::uint64_t size = std::uint64_t{1} << 30;
    static const auto tree = HashTree::from_leaves(size, std::vector<TigerRoot>(BlockLayout(size).count()));
    return *tree;
}

SharedFile some_file() {
    return {"file", "/shared/file", 100, 5, Urn(Sha1{}, TigerRoot{})};
}

class FailedWrites : public ::testing::Test {
  protected:
    std::unique_ptr<Store> open(std::uint64_t max_size) {
        error_code error;
        auto store = Store::open(
            temporary_.path(), error, [this] { return now_; }, max_size);
        store->on_write_failed([this](const Store::WriteFailure& failure) { failures_.push_back(failure); });
        return store;
    }

    // How often a person was to be told.
    std::ptrdiff_t told(Error error) const {
        return std::ranges::count_if(failures_, [error](const Store::WriteFailure& failure) {
            return failure.error == error && failure.tell == Tell::yes;
        });
    }

    static void fail(Store& store) { store.remember_tree(large_tree()); }
    static void succeed(Store& store) { EXPECT_FALSE(store.save_hosts({})); }

    test::TemporaryFolder temporary_;
    std::chrono::system_clock::time_point now_ = std::chrono::system_clock::time_point(std::chrono::hours(24 * 20'000));
    std::vector<Store::WriteFailure> failures_;
};

TEST_F(FailedWrites, AreAllSeenAndToldOfOnce) {
    const auto store = open(little_room);
    store->remember(some_file());
    EXPECT_TRUE(failures_.empty());
    for (int time = 0; time < 20; ++time) {
        fail(*store);
    }
    ASSERT_EQ(failures_.size(), 20U);
    EXPECT_EQ(failures_.front().tell, Tell::yes);
    EXPECT_EQ(told(Error::state_full), 1);
    EXPECT_LE(std::filesystem::file_size(temporary_.path() / "gnutella.sqlite"), little_room);
}

TEST_F(FailedWrites, OfAllThatIsKeptAreSeen) {
    const auto store = open(little_room);
    const auto failed = [&](const std::function<void()>& write) {
        const std::size_t before = failures_.size();
        write();
        return failures_.size() - before;
    };
    const auto fill = [&](auto write) {
        return failed([&] {
            for (int number = 0; number < 2'000; ++number) {
                write(number);
            }
        });
    };
    const auto file_at = [](int number) {
        SharedFile file = some_file();
        file.path = "/shared/" + std::to_string(number);
        return file;
    };
    EXPECT_GT(fill([&](int number) { store->remember(file_at(number)); }), 0U);
    std::vector<SharedFile> files;
    std::vector<KnownHost> hosts;
    for (int number = 0; number < 2'000; ++number) {
        files.push_back(file_at(number + 2'000));
        hosts.push_back({Endpoint{"host-" + std::to_string(number), 1}, std::nullopt});
    }
    EXPECT_EQ(failed([&] { store->remember(files); }), 1U);
    EXPECT_EQ(failed([&] { fail(*store); }), 1U);
    EXPECT_EQ(failed([&] { EXPECT_EQ(store->save_hosts(hosts), Error::state_full); }), 1U);
    DownloadRecord download;
    download.id = Guid::random();
    EXPECT_EQ(failed([&] { EXPECT_FALSE(store->add_download(download)); }), 0U);
    const std::vector<TigerRoot> leaves(10'000);
    EXPECT_EQ(failed([&] { store->keep_download_leaves(download.id, leaves); }), 1U);
    Hit source;
    source.source = {"host", 1};
    EXPECT_EQ(failed([&] { store->keep_download_sources(download.id, std::vector<Hit>(2'000, source)); }), 1U);
    download.id = Guid::random();
    download.leaves = leaves;
    EXPECT_EQ(failed([&] { EXPECT_EQ(store->add_download(download), Error::state_full); }), 1U);
}

TEST_F(FailedWrites, AreToldOfAgainWhenWritingWentWellForAWhile) {
    const auto store = open(little_room);
    fail(*store);
    now_ += std::chrono::hours(1);
    fail(*store);
    EXPECT_EQ(told(Error::state_full), 1) << "nothing has gone well in between";
    succeed(*store);
    fail(*store);
    EXPECT_EQ(told(Error::state_full), 2);
    succeed(*store);
    now_ += std::chrono::minutes(9);
    fail(*store);
    EXPECT_EQ(told(Error::state_full), 2) << "a disk that is all but full does not fill the screen";
    now_ -= std::chrono::hours(24);
    fail(*store);
    EXPECT_EQ(told(Error::state_full), 3) << "a clock that is put back silences nothing";
}

TEST_F(FailedWrites, OfAnotherKindAreToldOfToo) {
    const auto store = open(little_room);
    fail(*store);
    error_code error;
    Database::open(temporary_.path() / "gnutella.sqlite", error)->execute("DROP TABLE trees", error);
    ASSERT_FALSE(error);
    fail(*store);
    fail(*store);
    EXPECT_EQ(told(Error::state_full), 1);
    EXPECT_EQ(told(Error::state_unusable), 1);
}

TEST_F(FailedWrites, OfADamagedDatabaseAreToldOfAsDamage) {
    const auto store = open(0);
    fail(*store);
    EXPECT_TRUE(failures_.empty()) << "there is room";
    const auto database = temporary_.path() / "gnutella.sqlite";
    error_code error;
    Database::open(database, error)->execute("PRAGMA wal_checkpoint(TRUNCATE)", error);
    std::fstream stream(database, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(3 * 4096);
    stream << std::string(std::filesystem::file_size(database) - 3 * 4096, 'x') << std::flush;
    Database::open(database, error)->execute("DELETE FROM hosts; INSERT INTO hosts VALUES (1, 'new', 1, '')", error);
    ASSERT_FALSE(error);
    fail(*store);
    EXPECT_TRUE(store->moved_aside());
    EXPECT_TRUE(failures_.empty());
}

}  // namespace
}  // namespace gnutella::store
