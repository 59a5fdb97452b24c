#include "store/database.hpp"

#include "temporary_folder.hpp"

#include <gtest/gtest.h>

namespace gnutella::store {
namespace {

class InMemory : public ::testing::Test {
  protected:
    void SetUp() override {
        database_ = Database::open(":memory:", error_);
        ASSERT_TRUE(database_);
        database_->execute("CREATE TABLE t (n INTEGER, s TEXT, b BLOB)", error_);
        ASSERT_FALSE(error_);
    }

    std::int64_t rows() {
        error_code error;
        return database_->number("SELECT count(*) FROM t", error);
    }

    error_code error_ = Error::stopped;
    std::unique_ptr<Database> database_;
};

TEST_F(InMemory, RowsComeBackAsTheyWereBound) {
    Statement insert(*database_, "INSERT INTO t VALUES (?, ?, ?)", error_);
    const std::string_view text("a\0b", 3);
    insert.run(error_, INT64_MIN, text, std::as_bytes(std::span(text)));
    ASSERT_FALSE(error_);
    insert.run(error_, std::int64_t{7}, std::string_view("second"), std::span<const std::byte>());
    ASSERT_FALSE(error_);

    Statement select(*database_, "SELECT n, s, b FROM t ORDER BY n", error_);
    ASSERT_TRUE(select.step(error_));
    EXPECT_EQ(select.number(0), INT64_MIN);
    EXPECT_EQ(select.text(1), text);
    EXPECT_EQ(select.bytes(2).size(), 3U);
    ASSERT_TRUE(select.step(error_));
    EXPECT_EQ(select.text(1), "second");
    EXPECT_TRUE(select.bytes(2).empty());
    EXPECT_FALSE(select.step(error_));
    EXPECT_FALSE(error_);
}

TEST_F(InMemory, ATransactionThatIsNotCommittedIsUndone) {
    {
        Transaction transaction(*database_, error_);
        database_->execute("INSERT INTO t VALUES (1, '', '')", error_);
        EXPECT_EQ(rows(), 1);
    }
    EXPECT_EQ(rows(), 0);
    {
        Transaction transaction(*database_, error_);
        database_->execute("INSERT INTO t VALUES (1, '', '')", error_);
        transaction.commit(error_);
        EXPECT_FALSE(error_);
    }
    EXPECT_EQ(rows(), 1);
}

TEST_F(InMemory, ABadStatementIsAnErrorAndDoesNothing) {
    error_ = {};
    Statement bad(*database_, "SELEKT 1", error_);
    EXPECT_EQ(error_, Error::state_unusable);
    Statement after(*database_, "SELECT 1", error_);
    EXPECT_EQ(error_, Error::state_unusable) << "the first error stays";
    bad.run(error_, std::int64_t{1});
    EXPECT_EQ(error_, Error::state_unusable);
    EXPECT_FALSE(database_->corrupt());
}

TEST_F(InMemory, AFullDiskIsSaidToBeFull) {
    database_->execute("PRAGMA max_page_count = 4", error_);
    ASSERT_FALSE(error_);
    Statement insert(*database_, "INSERT INTO t VALUES (1, '', zeroblob(100000))", error_);
    insert.run(error_);
    EXPECT_EQ(error_, Error::state_full);
    EXPECT_EQ(rows(), 0);
    EXPECT_FALSE(database_->corrupt());
}

TEST(Database, AFileThatIsNoneIsFoundOutByTheFirstStatement) {
    const test::TemporaryFolder folder;
    const auto path = folder.write("file", std::string(10'000, 'x'));
    error_code error;
    const auto database = Database::open(path, error);
    ASSERT_TRUE(database);
    database->number("PRAGMA user_version", error);
    EXPECT_EQ(error, Error::state_unusable);
    EXPECT_TRUE(database->corrupt());
}

TEST(Database, CannotBeInAFolderThatIsNotThere) {
    const test::TemporaryFolder folder;
    error_code error;
    EXPECT_FALSE(Database::open(folder.path() / "missing" / "file", error));
    EXPECT_EQ(error, Error::state_unusable);
}

}  // namespace
}  // namespace gnutella::store
