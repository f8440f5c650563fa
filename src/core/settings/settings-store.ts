import type { Database } from '../../storage/database.ts'

export type SettingsStore = ReturnType<typeof createSettingsStore>

/** Small facts about the installation itself, by name. */
export function createSettingsStore(database: Database) {
  const db = database.kysely
  return {
    /** The value under `name`, which is `value` from now on if there was none. All processes get the same one. */
    async establish<Value>(name: string, value: Value): Promise<Value> {
      await db
        .insertInto('settings')
        .values({ name, value: JSON.stringify(value) })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      const row = await db
        .selectFrom('settings')
        .select('value')
        .where('name', '=', name)
        .executeTakeFirstOrThrow()
      return row.value as Value // only `establish` and `replace` write it, with the type that goes with the name
    },

    async replace(name: string, value: unknown): Promise<void> {
      await db
        .updateTable('settings')
        .set({ value: JSON.stringify(value) })
        .where('name', '=', name)
        .execute()
    },
  }
}
