using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Microsoft.KernelMemory;

/// <summary>As the real one a dictionary by its interface only, and no JSON or reflection sees a <see cref="Dictionary{TKey, TValue}"/>.</summary>
public class TagCollection : IDictionary<string, List<string?>>
{
    private readonly IDictionary<string, List<string?>> _data = new Dictionary<string, List<string?>>(StringComparer.OrdinalIgnoreCase);

    public ICollection<string> Keys => _data.Keys;

    public ICollection<List<string?>> Values => _data.Values;

    public int Count => _data.Count;

    public bool IsReadOnly => _data.IsReadOnly;

    public List<string?> this[string key]
    {
        get => _data[key];
        set => _data[key] = value;
    }

    public void Add(string key, string? value)
    {
        if (!_data.TryGetValue(key, out List<string?>? values))
        {
            _data.Add(key, values = []);
        }

        if (value is not null)
        {
            values.Add(value);
        }
    }

    public void Add(string key, List<string?> value) => _data.Add(key, value);

    public void Add(KeyValuePair<string, List<string?>> item) => _data.Add(item);

    public bool ContainsKey(string key) => _data.ContainsKey(key);

    public bool Contains(KeyValuePair<string, List<string?>> item) => _data.Contains(item);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out List<string?> value) => _data.TryGetValue(key, out value);

    public bool Remove(string key) => _data.Remove(key);

    public bool Remove(KeyValuePair<string, List<string?>> item) => _data.Remove(item);

    public void Clear() => _data.Clear();

    public void CopyTo(KeyValuePair<string, List<string?>>[] array, int arrayIndex) => _data.CopyTo(array, arrayIndex);

    public IEnumerator<KeyValuePair<string, List<string?>>> GetEnumerator() => _data.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
