using Reranking.Http.Transport;

namespace Reranking.Http.Tests;

public sealed class BoundedCacheTests
{
    [Fact]
    public void GetOrAdd_Full_ForgetsWhatWasAskedForLongestAgo()
    {
        var cache = new BoundedCache<string>(2);
        Add("a", "a1");
        Add("b", "b1");
        Add("a", "a2");   // there is one, which is now the latest
        Add("c", "c1");

        Assert.Equal("a1", Add("a", "a3"));
        Assert.Equal("c1", Add("c", "c2"));
        Assert.Equal("b2", Add("b", "b2"));

        string Add(string key, string value) => cache.GetOrAdd(key, _ => true, () => value);
    }

    [Fact]
    public void GetOrAdd_NotCurrentAnyMore_IsReplaced()
    {
        var cache = new BoundedCache<string>(2);
        cache.GetOrAdd("a", _ => true, () => "old");

        Assert.Equal("new", cache.GetOrAdd("a", value => value != "old", () => "new"));
        Assert.Equal("new", cache.GetOrAdd("a", _ => true, () => "newest"));
    }
}
