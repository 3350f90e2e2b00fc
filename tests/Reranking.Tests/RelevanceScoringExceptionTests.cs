namespace Reranking.Tests;

public class RelevanceScoringExceptionTests
{
    [Fact]
    public void Constructor_MessageAndCause_KeepsThem()
    {
        var cause = new InvalidOperationException();

        Assert.Equal("It fails.", new RelevanceScoringException("It fails.").Message);
        Assert.Same(cause, new RelevanceScoringException("It fails.", cause).InnerException);
        Assert.False(new RelevanceScoringException().IsTransient);
    }
}
