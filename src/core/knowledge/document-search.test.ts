import { testDatabase } from '../../../test/support/database.ts'
import { documentSearchContract } from '../../../test/support/document-search-contract.ts'

documentSearchContract('the embedded database', testDatabase)
