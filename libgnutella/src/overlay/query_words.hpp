#pragma once

#include "wire/gnutella/query_route_table.hpp"
#include "words.hpp"

#include <gnutella/urn.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace gnutella::overlay {

/// What a query routing table is asked about one query (Query Routing 0.6). The text is taken apart once, at the first
/// table.
class QueryWords {
  public:
    /// @param text must outlive this.
    QueryWords(std::string_view text, const std::optional<Urn>& urn) : text_(text), urn_(urn) {}
    QueryWords(const QueryWords&) = delete;
    QueryWords& operator=(const QueryWords&) = delete;

    /// Whether it may lead somewhere: the table has the file's hash, or every word of the text. A query with neither
    /// may lead anywhere.
    bool may_find(const wire::QueryRouteTable& table);

  private:
    std::string_view text_;
    std::optional<Urn> urn_;
    std::optional<Words> words_;
    std::vector<std::string_view> views_;  // of words_
};

}  // namespace gnutella::overlay
