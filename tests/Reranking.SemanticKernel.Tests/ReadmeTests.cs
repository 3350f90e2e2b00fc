namespace Reranking.SemanticKernel.Tests;
