// How people like to work, and what they did to several cases at once.
#include "src/base/check.h"
#include "src/store/impl.h"

namespace heed {

Result<Batch> Store::FindBatch(std::string_view id) const {
  const Moment now = HEED_TRY(impl_->Look());
  const auto row = HEED_TRY(now.Get(keys::kDesks, keys::BatchRow(id)));
  if (!row) return Fail(Fault::kNotFound, "that is no longer known as one act; each case tells what was done to it");
  return Named(DecodeBatch(*row), "batch " + std::string(id));
}

Result<Preferences> Store::PreferencesOf(std::string_view person) const {
  const Moment now = HEED_TRY(impl_->Look());
  const auto row = HEED_TRY(now.Get(keys::kDesks, keys::PreferencesRow(person)));
  if (!row) return Preferences{};
  return Named(DecodePreferences(*row), "the preferences of " + std::string(person));
}

Result<Preferences> Store::ChangePreferences(std::string_view person, const std::function<Done(Preferences&)>& change) {
  HEED_CHECK(keys::IsId(person));
  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  Preferences preferences = HEED_TRY(PreferencesOf(person));
  HEED_TRY(change(preferences));
  rocksdb::WriteBatch batch;
  batch.Put((*impl_->database)[keys::kDesks], keys::PreferencesRow(person), Encode(preferences));
  HEED_TRY(impl_->Write(batch));
  return preferences;
}

}  // namespace heed
