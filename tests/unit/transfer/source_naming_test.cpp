#include "transfer/source_naming.hpp"

#include "transfer/source_answer.hpp"

#include <gtest/gtest.h>

namespace gnutella::transfer {
namespace {

Hit hit() {
    Hit hit;
    hit.name = "a b.txt";
    hit.index = 12;
    hit.dialect = Dialect::gnutella;
    return hit;
}

TEST(SourceNaming, AsksByNumberWhoDoesNotKnowTheHash) {
    SourceNaming naming(hit());
    EXPECT_EQ(naming.indexed(), std::nullopt);
    EXPECT_TRUE(naming.has_another(Error::source_lacks_file));
    EXPECT_EQ(naming.indexed(), (IndexedFile{12, "a b.txt"}));
    EXPECT_FALSE(naming.has_another(Error::source_lacks_file)) << "then he has not got it";
}

TEST(SourceNaming, HasNoOtherNameAfterAnyOtherError) {
    SourceNaming naming(hit());
    for (const Error error : {Error::source_busy, Error::source_closed, Error::hash_mismatch}) {
        EXPECT_FALSE(naming.has_another(error));
    }
    EXPECT_FALSE(naming.has_another({}));
    EXPECT_TRUE(naming.has_another(Error::source_lacks_file));
}

TEST(SourceNaming, HasNoNumbersOutsideOfGnutella) {
    Hit other = hit();
    other.dialect = Dialect::json;
    EXPECT_FALSE(SourceNaming(other).has_another(Error::source_lacks_file));
}

TEST(SourceNaming, IsWhatTheRequestSays) {
    PieceRequest request{Urn(Sha1{}), 0, 10, {}, IndexedFile{12, "a b.txt"}};
    EXPECT_TRUE(request_head(request, "h:1", "agent").starts_with("GET /get/12/a%20b.txt HTTP/1.1\r\n"));
    request.indexed.reset();
    EXPECT_TRUE(request_head(request, "h:1", "agent").starts_with("GET /uri-res/N2R?urn:sha1:"));
}

}  // namespace
}  // namespace gnutella::transfer
