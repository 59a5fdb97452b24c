#include "overlay/query_words.hpp"

namespace gnutella::overlay {

bool QueryWords::may_find(const wire::QueryRouteTable& table) {
    if (urn_ && table.may_have(*urn_)) {
        return true;
    }
    if (!words_) {
        words_.emplace(text_);
        views_.reserve(words_->size());
        for (std::size_t word = 0; word < words_->size(); ++word) {
            views_.push_back((*words_)[word]);
        }
    }
    return views_.empty() ? !urn_ : table.may_answer(views_);
}

}  // namespace gnutella::overlay
