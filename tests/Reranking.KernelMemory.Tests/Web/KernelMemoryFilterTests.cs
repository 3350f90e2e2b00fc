namespace Reranking.KernelMemory.Tests;

public sealed class KernelMemoryFilterTests
{
    [Fact]
    public void Add_SameNameInAnotherCase_IsAnotherValueOfIt()
    {
        var filter = new KernelMemoryFilter { { "user", "7" }, { "User", "8" } };

        Assert.Equal(("user", 2), (Assert.Single(filter).Key, Assert.Single(filter).Value.Count));
    }

    [Fact]
    public void Add_NoName_Throws() => Assert.Throws<ArgumentException>("name", static () => new KernelMemoryFilter { { "", "7" } });

    [Fact]
    public void ByDocument_NoId_Throws() => Assert.Throws<ArgumentException>("documentId", static () => new KernelMemoryFilter().ByDocument(""));
}
