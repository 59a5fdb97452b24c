#include <gnutella/error.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace gnutella {
namespace {

TEST(Error, EachHasASentenceOfItsOwn) {
    std::set<std::string> sentences;
    int count = 0;
    for (int value = 1; value <= static_cast<int>(Error::downloader_idle); ++value, ++count) {
        const error_code error = static_cast<Error>(value);
        EXPECT_TRUE(error);
        EXPECT_NE(error.message(), "unknown error") << value;
        sentences.insert(error.message());
    }
    EXPECT_EQ(sentences.size(), static_cast<std::size_t>(count));
}

TEST(Error, OfASessionOrADownloadSaysWhatToDo) {
    for (int value = static_cast<int>(Error::cannot_resolve); value <= static_cast<int>(Error::downloader_idle);
         ++value) {
        const std::string message = error_code(static_cast<Error>(value)).message();
        EXPECT_NE(message.find(';'), std::string::npos) << message;
    }
}

TEST(Error, BelongsToTheLibrarysCategory) {
    const error_code error = Error::no_pong;
    EXPECT_STREQ(error.category().name(), "gnutella");
    EXPECT_EQ(error, Error::no_pong);
    EXPECT_NE(error, Error::lost);
}

}  // namespace
}  // namespace gnutella
