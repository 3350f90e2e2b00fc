namespace Reranking.Http.Transport;

/// <summary>Keeps the values used last, so that names which come and go with a live configuration leave nothing behind.</summary>
/// <typeparam name="TValue">The type of the values.</typeparam>
internal sealed class BoundedCache<TValue>(int capacity)
    where TValue : class
{
    private readonly object _lock = new();
    private readonly List<KeyValuePair<string, TValue>> _entries = [];   // the one used last is the last

    public TValue GetOrAdd(string key, Func<TValue, bool> isCurrent, Func<TValue> create)
    {
        lock (_lock)
        {
            int found = _entries.FindIndex(entry => entry.Key == key);
            TValue value = found >= 0 && isCurrent(_entries[found].Value) ? _entries[found].Value : create();
            if (found >= 0)
            {
                _entries.RemoveAt(found);
            }
            else if (_entries.Count == capacity)
            {
                _entries.RemoveAt(0);
            }

            _entries.Add(new(key, value));
            return value;
        }
    }
}
